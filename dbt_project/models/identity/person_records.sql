with

customers as (

    select * from {{ ref('customers') }}

),

email_opt_ins as (

    select * from {{ ref('email_opt_ins') }}

),

web_visitors as (

    select * from {{ ref('web_visitors') }}

),

-- The export has one customer twice and one without a key.
shop as (

    select
        'shop' as origin,
        cast(customer_id as {{ dbt.type_string() }}) as record_id,
        max(email) as email,
        max(phone) as phone,
        max(first_name) as first_name,
        max(last_name) as last_name,
        max(country) as country,
        max(registered_at) as seen_at
    from customers
    where customer_id is not null
    group by customer_id

),

newsletter as (

    select
        'newsletter' as origin,
        email as record_id,
        email,
        null as phone,
        null as first_name,
        null as last_name,
        null as country,
        opted_in_at as seen_at
    from email_opt_ins

),

web as (

    select
        'web' as origin,
        visitor_id as record_id,
        email,
        null as phone,
        null as first_name,
        null as last_name,
        country,
        last_seen_at as seen_at
    from web_visitors

),

united as (

    select * from shop
    union all
    select * from newsletter
    union all
    select * from web

)

select * from united
