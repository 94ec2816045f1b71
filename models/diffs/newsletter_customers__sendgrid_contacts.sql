-- The columns are named as SendGrid's fields are. Those that SendGrid does not
-- know (from customer_id on) become custom fields of the same name.
select
    email,
    first_name,
    last_name,
    city,
    country,
    customer_id,
    order_count,
    lifetime_value,
    last_order_date
from {{ ref('newsletter_customers') }}
