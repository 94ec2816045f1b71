{#- One row per activation and code: how often rows were refused for this reason.

`outhaul report` and the model `outhaul_rejection_reasons` read the view of it. -#}
{% macro _rejection_reasons() -%}
with

rejections as (

    select * from {{ outhaul.ledger_relation('outhaul_rejections') }}

),

-- A crash may have a rejection recorded twice: one row for each attempt.
attempts as (

    select
        activation,
        code,
        generation,
        seq,
        max(kind) as kind,
        max(message) as message,
        min(recorded_at) as rejected_at
    from rejections
    group by activation, code, generation, seq

),

ranked as (

    select
        *,
        row_number() over (
            partition by activation, code
            order by generation desc, seq desc
        ) as recency
    from attempts

),

reasons as (

    select
        activation,
        code,
        max(case when recency = 1 then message end) as last_message,
        count(*) as rejection_count,
        count(case when kind = 'invalid' then 1 end) as invalid_count,
        count(case when kind = 'rejected' then 1 end) as rejected_count,
        count(case when kind = 'missing' then 1 end) as missing_count,
        count(case when kind = 'not_sent' then 1 end) as not_sent_count,
        count(case when kind = 'unconfirmed' then 1 end) as unconfirmed_count,
        min(rejected_at) as first_rejected_at,
        max(rejected_at) as last_rejected_at
    from ranked
    group by activation, code

)

select * from reasons
{%- endmacro %}
