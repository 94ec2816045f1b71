{{ outhaul.with_fields(
    ref('shoppers'),
    key='shopper_id',
    aggregates=[
        {'over': ref('counted'), 'fields': {'place': {'most_frequent': 'place'}}},
        {'over': ref('counted'), 'fields': {'amount': {'sum': 'amount'}, 'for_shopper_id': {'max': 'for_shopper_id'}}},
        {'over': ref('purchases'), 'fields': {
            'alone': {'count': '*', 'where': "status = 'open'", 'default': -1},
        }},
        {'over': ref('purchases'), 'fields': {
            'beside': {'count': '*', 'where': "status = 'open'", 'default': -1},
            'beside_distinct': {'count_distinct': 'shop', 'where': "status = 'open'", 'default': -1},
            'beside_none': {'count': 'amount', 'where': "status = 'open'", 'default': none},
            'spent': {'sum': 'amount'},
        }},
    ],
) }}
