{{ config(unique_key='external_id', meta={'outhaul': {
    'destination': 'braze',
    'service': 'events',
    'event_name': 'visited',
    'append_only': true,
}}) }}

select
    customer_id as external_id,
    {{ outhaul.now_utc() }} - interval '1 minute' as event_time,
    email,
    country,
    lifetime_value
from {{ source('shop', 'customers') }}
