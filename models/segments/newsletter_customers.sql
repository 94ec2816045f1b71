with

customers as (

    select
        *,
        {{ outhaul.normalized_email('email') }} as normalized_email
    from {{ ref('customers') }}

),

email_opt_ins as (

    select * from {{ ref('email_opt_ins') }}

),

orders as (

    select * from {{ ref('orders') }}

),

sales as (

    select
        customer_id,
        count(*) as order_count,
        sum(amount) as lifetime_value,
        cast(max(ordered_at) as date) as last_order_date
    from orders
    where is_sale
    group by customer_id

),

subscribed as (

    select
        customers.customer_id,
        customers.normalized_email as email,
        customers.first_name,
        customers.last_name,
        customers.city,
        customers.country,
        coalesce(sales.order_count, 0) as order_count,
        coalesce(sales.lifetime_value, 0) as lifetime_value,
        sales.last_order_date
    from customers
    inner join email_opt_ins
        on customers.normalized_email = email_opt_ins.email
    left join sales
        on customers.customer_id = sales.customer_id
    where email_opt_ins.is_opted_in

)

select * from subscribed
