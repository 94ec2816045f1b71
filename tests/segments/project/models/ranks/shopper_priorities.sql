{{ outhaul.priority_list(
    [ref('members'), ref('recent_buyers'), ref('shoppers')],
    key='shopper_id', caps={'members': 2}, by='age',
) }}
