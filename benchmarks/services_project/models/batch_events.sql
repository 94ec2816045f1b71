{{ config(unique_key='custom_id', meta={'outhaul': {
    'destination': 'batch',
    'service': 'events',
    'event_name': 'visited',
    'append_only': true,
}}) }}

select
    customer_id as custom_id,
    {{ outhaul.now_utc() }} - interval '1 minute' as event_time,
    email,
    country,
    lifetime_value,
    order_count,
    is_subscribed
from {{ source('shop', 'customers') }}
