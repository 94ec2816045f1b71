{{ outhaul.ranked(ref('purchases'), key='purchase_id', by='amount', per='shop', tiles=2) }}
