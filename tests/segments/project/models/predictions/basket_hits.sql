{{ outhaul.recommendation_hits(
    ref('basket_offers'), ref('baskets'), ref('later_baskets'), key='customer', item='item', top=1,
) }}
