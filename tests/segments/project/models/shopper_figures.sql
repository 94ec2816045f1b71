{{ outhaul.with_fields(
    ref('shoppers'),
    key='shopper_id',
    aggregates=[{
        'over': ref('purchases'),
        'time': 'bought_at',
        'fields': {
            'median_amount': {'median': 'amount'},
            'high_amount': {'percentile': 'amount', 'at': 0.9},
            'amount_deviation': {'standard_deviation': 'amount'},
            'rarest_shop': {'least_frequent': 'shop'},
            'second_status': {'nth': 'status', 'n': 2},
            'last_but_one': {'nth': 'status', 'n': -2},
            'web_share': {'share': {'column': 'shop', 'equals': 'web'}},
            'statuses': {'ordered_list': 'status', 'separator': '>'},
            'active_days': {'active_days': 'bought_at'},
            'web_days': {'active_days': 'bought_at', 'where': "shop = 'web'"},
            'days_spanned': {'days_spanned': 'bought_at'},
            'days_between': {'days_between': 'bought_at'},
        },
    }],
) }}
