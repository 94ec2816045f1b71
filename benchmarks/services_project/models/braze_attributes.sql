{{ config(unique_key='external_id', meta={'outhaul': {
    'destination': 'braze',
    'service': 'attributes',
    'insert': true,
}}) }}

select
    customer_id as external_id,
    email,
    split_part(full_name, ' ', 1) as first_name,
    country,
    lifetime_value,
    order_count,
    last_seen_at,
    note
from {{ source('shop', 'customers') }}
