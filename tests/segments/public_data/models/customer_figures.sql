{{ outhaul.with_fields(
    source('public_data', 'customers'),
    key='customer_id',
    aggregates=[
        {'over': source('public_data', 'invoices'), 'fields': {
            'order_count': {'count': '*'},
            'total_spent': {'sum': 'total'},
            'last_order_at': {'max': 'invoice_date'},
        }},
        {'over': ref('line_items'), 'fields': {
            'favourite_genre': {'most_frequent': 'genre'},
        }},
    ],
) }}
