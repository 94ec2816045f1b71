select distinct customer_id from {{ source('public_data', 'purchases') }}
