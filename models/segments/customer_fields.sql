{{ outhaul.with_fields(
    ref('customers'),
    key='customer_id',
    aggregates=[{
        'over': ref('orders'),
        'where': {'column': 'is_sale', 'is_true': true},
        'time': 'ordered_at',
        'fields': {
            'order_count': {'count': '*'},
            'total_spent': {'sum': 'amount'},
            'average_order': {'average': 'amount'},
            'spent_last_90_days': {'sum': 'amount', 'within_days': 90},
            'first_ordered_at': {'min': 'ordered_at'},
            'last_ordered_at': {'max': 'ordered_at'},
            'last_order_status': {'last': 'status'},
        },
    }],
    formulas={
        'share_spent_lately': 'spent_last_90_days / nullif(total_spent, 0)',
    },
    labels={
        'tier': {
            'cases': {
                'gold': {'column': 'total_spent', 'at_least': 400},
                'silver': {'column': 'total_spent', 'at_least': 100},
                'bronze': {'column': 'order_count', 'at_least': 1},
            },
            'default': 'none',
        },
    },
) }}
