-- Good customers who have not bought for half a year. One in ten is left
-- alone, to see what writing to the others is worth.
{{ outhaul.segment(
    ref('customers'),
    key='customer_id',
    where={'all': [
        {'column': 'email', 'is_not_null': true},
        {
            'related': ref('orders'),
            'where': {'column': 'is_sale', 'is_true': true},
            'at_least': 3,
        },
        {
            'related': ref('orders'),
            'within_days': 180,
            'time': 'ordered_at',
            'never': true,
        },
        {'any': [
            {'column': 'country', 'in': ['DE', 'FR', 'GB', 'PL']},
            {'column': 'registered_at', 'before': '2025-01-01'},
        ]},
    ]},
    holdout={'salt': 'lapsed customers', 'share': 0.1},
) }}
