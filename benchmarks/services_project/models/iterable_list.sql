{{ config(meta={'outhaul': {'destination': 'iterable', 'service': 'list'}}) }}

select
    email
from {{ source('shop', 'customers') }}
