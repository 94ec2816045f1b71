{{ outhaul.ranked(
    ref('purchases'), key='purchase_id', by='amount', top=8, share=0.5,
    budget={'column': 'amount', 'at_most': 700},
) }}
