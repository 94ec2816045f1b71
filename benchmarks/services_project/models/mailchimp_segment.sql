{{ config(meta={'outhaul': {'destination': 'mailchimp', 'service': 'segment'}}) }}

select
    email
from {{ source('shop', 'customers') }}
