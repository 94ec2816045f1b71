-- The columns are named as Emarsys' fields are. Those that it does not know
-- (from customer_id on) are created as fields of the same name.
select
    email,
    first_name,
    last_name,
    customer_id,
    order_count,
    lifetime_value,
    last_order_date
from {{ ref('vip_customers') }}
