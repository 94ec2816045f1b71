{{ outhaul.segment(
    ref('customer_figures'),
    key='customer_id',
    where={'related': source('public_data', 'invoices'), 'sum': 'total', 'at_least': 40},
) }}
