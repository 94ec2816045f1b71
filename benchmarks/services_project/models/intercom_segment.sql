{{ config(meta={'outhaul': {
    'destination': 'intercom', 'service': 'segment', 'list_name': 'vip',
}}) }}

select
    email
from {{ source('shop', 'customers') }}
