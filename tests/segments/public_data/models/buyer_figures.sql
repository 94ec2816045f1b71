{{ outhaul.with_fields(
    ref('buyers'),
    key='customer_id',
    aggregates={'over': source('public_data', 'purchases'), 'fields': {
        'first_purchase': {'min': 'purchased_at'},
        'last_purchase': {'max': 'purchased_at'},
        'purchase_count': {'count': '*'},
        'total_spent': {'sum': 'amount'},
    }},
) }}
