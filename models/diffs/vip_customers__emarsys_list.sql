-- A list is a set of addresses, so the address in its normal form is the key.
select {{ outhaul.normalized_email('email') }} as email
from {{ ref('vip_customers') }}
