{{ config(meta={'outhaul': {'destination': 'klaviyo', 'service': 'subscription_list'}}) }}

select
    email
from {{ source('shop', 'customers') }}
