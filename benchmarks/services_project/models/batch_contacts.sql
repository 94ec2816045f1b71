{{ config(unique_key='custom_id', meta={'outhaul': {'destination': 'batch', 'service': 'contacts'}}) }}

select
    customer_id as custom_id,
    email,
    country,
    lifetime_value,
    order_count,
    is_subscribed,
    born_on,
    last_seen_at
from {{ source('shop', 'customers') }}
