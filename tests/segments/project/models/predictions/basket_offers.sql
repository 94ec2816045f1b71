{{ outhaul.recommendations(
    ref('baskets'), ref('basket_similarity'), key='customer', item='item', top=2,
) }}
