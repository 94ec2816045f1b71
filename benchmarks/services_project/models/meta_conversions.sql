{{ config(unique_key='event_id', meta={'outhaul': {
    'destination': 'meta',
    'service': 'conversions',
    'event_name': 'Purchase',
    'action_source': 'other',
    'append_only': true,
}}) }}

select
    customer_id as event_id,
    {{ outhaul.now_utc() }} - interval '1 minute' as event_time,
    email,
    lifetime_value as value
from {{ source('shop', 'customers') }}
