{{ outhaul.rfm(ref('purchases'), key='shopper_id', time='bought_at', value='amount', scores=4) }}
