{{ outhaul.combinations(
    [
        ref('newsletter_customers'),
        ref('vip_customers'),
        ref('lapsed_customers'),
    ],
    key='customer_id',
) }}
