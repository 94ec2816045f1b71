{{ outhaul.purchase_summary(
    ref('purchases'), key='shopper_id', time='bought_at', value='amount', holdout_days=20,
) }}
