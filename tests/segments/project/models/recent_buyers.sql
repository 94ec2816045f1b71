{{ outhaul.segment(
    ref('shoppers'),
    key='shopper_id',
    where={'all': [
        {'any': [
            {'column': 'city', 'in': ['Kiel', "O'Neill_City"]},
            {'column': 'city', 'contains': '%'},
        ]},
        {'related': ref('purchases'), 'within_days': 30, 'time': 'bought_at', 'at_least': 1},
        {'not': {'related': ref('purchases'), 'where': {'column': 'status', 'equals': 'returned'}, 'sum': 'amount', 'more_than': 100}},
        {'related': ref('purchases'), 'where': [
            {'related': ref('purchase_lines'), 'by': 'purchase_id', 'where': {'column': 'article', 'equals': 'tea'}},
        ]},
    ]},
) }}
