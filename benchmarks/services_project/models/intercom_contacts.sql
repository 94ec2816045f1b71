{{ config(meta={'outhaul': {
    'destination': 'intercom', 'service': 'contacts',
}}) }}

select
    email,
    full_name as name,
    order_count as orders
from {{ source('shop', 'customers') }}
