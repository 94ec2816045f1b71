{{ config(meta={'outhaul': {'destination': 'brevo', 'service': 'list'}}) }}

select
    email
from {{ source('shop', 'customers') }}
