{{ config(meta={'outhaul': {'destination': 'iterable', 'service': 'attributes', 'insert': true}}) }}

select
    email,
    split_part(full_name, ' ', 1) as first_name,
    split_part(full_name, ' ', 2) as last_name,
    country,
    lifetime_value,
    order_count,
    born_on,
    last_seen_at,
    note
from {{ source('shop', 'customers') }}
