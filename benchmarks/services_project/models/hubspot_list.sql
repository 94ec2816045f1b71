{{ config(meta={'outhaul': {'destination': 'hubspot', 'service': 'list'}}) }}

select
    email
from {{ source('shop', 'customers') }}
