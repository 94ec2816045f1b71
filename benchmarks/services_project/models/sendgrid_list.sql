{{ config(meta={'outhaul': {'destination': 'sendgrid', 'service': 'list'}}) }}

select
    email
from {{ source('shop', 'customers') }}
