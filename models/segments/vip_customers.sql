with

newsletter_customers as (

    select * from {{ ref('newsletter_customers') }}

),

vip as (

    select
        customer_id,
        email,
        first_name,
        last_name,
        country,
        order_count,
        lifetime_value,
        last_order_date
    from newsletter_customers
    where lifetime_value >= {{ var('vip_lifetime_value', 1000) }}

)

select * from vip
