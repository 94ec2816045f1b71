{{ config(meta={'outhaul': {'destination': 'mailchimp', 'service': 'members'}}) }}

select
    email,
    split_part(full_name, ' ', 1) as fname,
    split_part(full_name, ' ', 2) as lname,
    lifetime_value as spent,
    born_on as born
from {{ source('shop', 'customers') }}
