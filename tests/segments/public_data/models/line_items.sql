{{ outhaul.with_fields(
    source('public_data', 'invoice_lines'),
    related=[
        {'from': source('public_data', 'invoices'), 'by': 'invoice_id', 'fields': {'customer_id': 'customer_id'}},
        {'from': source('public_data', 'tracks'), 'by': 'track_id', 'fields': {'genre_id': 'genre_id'}},
        {'from': source('public_data', 'genres'), 'by': 'genre_id', 'fields': {'genre': 'name'}},
    ],
) }}
