{{ config(unique_key='external_id', meta={'outhaul': {
    'destination': 'zendesk', 'service': 'custom_object', 'object': 'vehicle',
}}) }}

select
    email as external_id,
    full_name as name,
    order_count as orders
from {{ source('shop', 'customers') }}
