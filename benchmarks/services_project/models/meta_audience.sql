{{ config(meta={'outhaul': {'destination': 'meta', 'service': 'audience'}}) }}

select
    email
from {{ source('shop', 'customers') }}
