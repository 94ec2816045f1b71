{{ outhaul.segment(
    ref('customer_figures'),
    key='customer_id',
    where={'column': 'favourite_genre', 'equals': 'Rock'},
) }}
