{{ config(meta={'outhaul': {'destination': 'hubspot', 'service': 'objects', 'insert': true}}) }}

select
    email,
    split_part(full_name, ' ', 1) as firstname,
    split_part(full_name, ' ', 2) as lastname,
    country,
    lifetime_value,
    order_count,
    born_on,
    last_seen_at,
    note
from {{ source('shop', 'customers') }}
