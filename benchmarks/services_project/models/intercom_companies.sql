{{ config(unique_key='company_id', meta={'outhaul': {
    'destination': 'intercom', 'service': 'companies', 'insert': true,
}}) }}

select
    email as company_id,
    full_name as name,
    order_count as orders
from {{ source('shop', 'customers') }}
