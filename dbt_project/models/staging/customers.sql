with

raw_customers as (

    select * from {{ ref('raw_customers') }}

),

cleaned as (

    select
        customer_id,
        nullif(trim(first_name), '') as first_name,
        nullif(trim(last_name), '') as last_name,
        nullif(trim(email), '') as email,
        nullif(trim(phone), '') as phone,
        nullif(trim(street), '') as street,
        nullif(trim(postcode), '') as postcode,
        nullif(trim(city), '') as city,
        upper(nullif(trim(country), '')) as country,
        registered_at
    from raw_customers

)

select * from cleaned
