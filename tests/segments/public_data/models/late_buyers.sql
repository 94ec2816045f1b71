{{ outhaul.segment(
    ref('customer_figures'),
    key='customer_id',
    as_of='2026-01-01',
    where=[
        {'related': source('public_data', 'invoices'), 'within_days': 90, 'time': 'invoice_date'},
        {'not': {'column': 'country', 'in': ['USA', 'Canada']}},
    ],
) }}
