{{ config(meta={'outhaul': {'destination': 'klaviyo', 'service': 'list'}}) }}

select
    email
from {{ source('shop', 'customers') }}
