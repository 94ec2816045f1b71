{{ outhaul.item_similarity(ref('baskets'), key='customer', item='item', min_support=2, shrinkage=1) }}
