{{ config(meta={'outhaul': {'destination': 'emarsys', 'service': 'list'}}) }}

select
    email
from {{ source('shop', 'customers') }}
