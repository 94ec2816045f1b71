with

raw_email_opt_ins as (

    select * from {{ ref('raw_email_opt_ins') }}

),

typed as (

    select
        email,
        opted_in_at,
        opted_out_at,
        source,
        opted_out_at is null as is_opted_in
    from raw_email_opt_ins

)

select * from typed
