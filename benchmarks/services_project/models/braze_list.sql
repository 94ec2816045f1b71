{{ config(unique_key='external_id', meta={'outhaul': {
    'destination': 'braze',
    'service': 'list',
    'attribute': 'is_vip',
}}) }}

select
    email as external_id
from {{ source('shop', 'customers') }}
