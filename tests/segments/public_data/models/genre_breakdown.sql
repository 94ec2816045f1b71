{{ outhaul.breakdown(ref('customer_figures'), 'favourite_genre', top=2) }}
