-- The columns are the headings of the file. Those that are not Splio's own
-- (from customer_id on) are custom fields, which are created where they are
-- missing.
select
    email,
    first_name as firstname,
    last_name as lastname,
    customer_id,
    order_count,
    lifetime_value
from {{ ref('newsletter_customers') }}
