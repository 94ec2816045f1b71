-- Batch knows users by the id that an app gives them, here the shop's number.
-- It creates nobody: who does not use the app is passed over. All other
-- columns are custom attributes.
select
    customer_id as custom_id,
    country,
    order_count,
    lifetime_value,
    last_order_date
from {{ ref('vip_customers') }}
