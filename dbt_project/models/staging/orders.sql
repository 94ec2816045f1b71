with

raw_orders as (

    select * from {{ ref('raw_orders') }}

),

typed as (

    select
        order_id,
        customer_id,
        ordered_at,
        status,
        status in ('completed', 'shipped') as is_sale,
        amount
    from raw_orders

)

select * from typed
