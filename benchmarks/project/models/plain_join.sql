select count(*) as pairs
from {{ ref('plain_table') }} as today
full outer join {{ source('shop', 'customers') }} as source_rows
    on today.customer_id = source_rows.customer_id
