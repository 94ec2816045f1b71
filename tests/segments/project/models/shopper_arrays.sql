{{ config(enabled=target.type != 'redshift') }}
{{ outhaul.with_fields(
    ref('shoppers'),
    key='shopper_id',
    aggregates=[{
        'over': ref('purchases'),
        'time': 'bought_at',
        'fields': {
            'shops': {'ordered_array' if target.type == 'bigquery' else 'array': 'shop'},
            'statuses': {'ordered_array': 'status', 'where': "shop = 'web'"},
        },
    }],
) }}
