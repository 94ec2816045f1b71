{{ config(unique_key='external_id', meta={'outhaul': {
    'destination': 'braze',
    'service': 'subscriptions',
    'subscription_group_id': '504e09e6-ffa4-4b31-96c3-c05d50d903cf',
}}) }}

select
    email as external_id
from {{ source('shop', 'customers') }}
