with

raw_web_visitors as (

    select * from {{ ref('raw_web_visitors') }}

),

cleaned as (

    select
        visitor_id,
        nullif(trim(email), '') as email,
        country,
        last_seen_at
    from raw_web_visitors

)

select * from cleaned
