{#- One row per sync: when it ran, how it ended, and how many rows it sent.

`outhaul report` and the model `outhaul_sync_history` read the view of it. Syncs are told
apart by their activation too, so that a condition on that is met before rows are ranked. -#}
{% macro _sync_history() -%}
with

recorded as (

    select
        *,
        row_number() over (
            partition by activation, sync_id
            order by
                case when status = 'running' then 1 else 0 end,
                recorded_at desc
        ) as recency,
        min(recorded_at) over (
            partition by activation, sync_id
        ) as started_at
    from {{ outhaul.ledger_relation('outhaul_syncs') }}

),

activations as (

    select * from {{ outhaul.ledger_relation('outhaul_activations') }}

),

-- The last record of each sync: its end, or its start where no end was written.
syncs as (

    select
        recorded.*,
        recorded.status <> 'running' as has_ended
    from recorded
    where recorded.recency = 1

),

-- A sync without an end is at work for as long as the lease is its own.
judged as (

    select
        syncs.*,
        case
            when syncs.has_ended then syncs.status
            when
                activations.lease_fence = syncs.fence
                and activations.lease_expires_at > {{ outhaul.now_utc() }}
                then 'running'
            else 'unfinished'
        end as outcome
    from syncs
    left join activations
        on syncs.activation = activations.activation

),

history as (

    select
        sync_id,
        activation,
        generation,
        destination,
        service,
        outcome as status,
        message,
        started_at,
        case when has_ended then recorded_at end as ended_at,
        case when has_ended then seconds end as seconds,
        case when has_ended then requests end as requests,
        planned_inserted,
        planned_updated,
        planned_removed,
        -- Of a sync without an end nobody counted what it sent.
        case when has_ended then accepted_inserted end as accepted_inserted,
        case when has_ended then accepted_updated end as accepted_updated,
        case when has_ended then accepted_removed end as accepted_removed,
        case when has_ended then rejected_inserted end as rejected_inserted,
        case when has_ended then rejected_updated end as rejected_updated,
        case when has_ended then rejected_removed end as rejected_removed,
        case when has_ended then missing_inserted end as missing_inserted,
        case when has_ended then missing_updated end as missing_updated,
        case when has_ended then missing_removed end as missing_removed
    from judged

)

select * from history
{%- endmacro %}
