{{ config(meta={'outhaul': {
    'destination': 'zendesk', 'service': 'users', 'insert': true,
}}) }}

select
    email,
    full_name as name,
    order_count as orders
from {{ source('shop', 'customers') }}
