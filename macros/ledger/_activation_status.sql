{#- One row per activation: how far it is, and how its last sync ended.

`outhaul status` and the model `outhaul_activation_status` read the view of it. -#}
{% macro _activation_status() -%}
with

-- An activation whose first build did not end has no model yet.
activations as (

    select * from {{ outhaul.ledger_relation('outhaul_activations') }}
    where model_id is not null

),

claims_of_leases as (

    select
        activation,
        generation,
        coalesce(fence, 0) as fence,
        max(claimed_seq) as claimed_seq,
        max(committed_seq) as committed_seq,
        max(sent_seq) as sent_seq
    from {{ outhaul.ledger_relation('outhaul_claims') }}
    group by activation, generation, coalesce(fence, 0)

),

last_leases as (

    select
        activation,
        generation,
        max(fence) as fence
    from claims_of_leases
    group by activation, generation

),

-- The last lease tells what may have been sent, and at its end what was not.
claims as (

    select
        claims_of_leases.activation,
        claims_of_leases.generation,
        max(claims_of_leases.committed_seq) as committed_seq,
        max(case
            when claims_of_leases.fence = last_leases.fence
                then coalesce(
                    claims_of_leases.sent_seq,
                    claims_of_leases.claimed_seq
                )
        end) as claimed_seq
    from claims_of_leases
    inner join last_leases
        on
            claims_of_leases.activation = last_leases.activation
            and claims_of_leases.generation = last_leases.generation
    group by claims_of_leases.activation, claims_of_leases.generation

),

-- An adoption makes the rejections void that its generation had until then.
adoptions as (

    select
        activation,
        generation,
        max(recorded_at) as adopted_at
    from {{ outhaul.ledger_relation('outhaul_controls') }}
    where action = 'adopt'
    group by activation, generation

),

rejections as (

    select
        rejections.activation,
        rejections.generation,
        count(distinct rejections.seq) as row_count
    from {{ outhaul.ledger_relation('outhaul_rejections') }} as rejections
    left join adoptions
        on
            rejections.activation = adoptions.activation
            and rejections.generation = adoptions.generation
    where
        adoptions.adopted_at is null
        or adoptions.adopted_at < rejections.recorded_at
    group by rejections.activation, rejections.generation

),

-- An approval releases what a guard holds of one generation.
approvals as (

    select distinct
        activation,
        generation
    from {{ outhaul.ledger_relation('outhaul_controls') }}
    where action = 'approve'

),

switches as (

    select
        activation,
        action,
        actor,
        reason,
        row_number() over (
            partition by activation
            order by recorded_at desc
        ) as recency
    from {{ outhaul.ledger_relation('outhaul_controls') }}
    where action in ('pause', 'resume')

),

syncs as (

    select
        activation,
        status,
        message,
        recorded_at,
        row_number() over (
            partition by activation
            order by
                recorded_at desc,
                case when status = 'running' then 1 else 0 end
        ) as recency
    from {{ outhaul.ledger_relation('outhaul_syncs') }}

),

counted as (

    select
        activations.*,
        coalesce(claims.claimed_seq, 0) as claimed_seq,
        coalesce(claims.committed_seq, 0) as committed_seq,
        coalesce(rejections.row_count, 0) as rows_rejected,
        case
            when approvals.activation is null
                then coalesce(activations.sendable_seq, 0)
            else coalesce(activations.last_seq, 0)
        end as released_seq,
        coalesce(switches.action = 'pause', false) as is_paused,
        case when switches.action = 'pause' then switches.actor end
            as paused_by,
        case when switches.action = 'pause' then switches.reason end
            as pause_reason,
        syncs.status as last_sync_status,
        syncs.message as last_sync_message,
        syncs.recorded_at as last_synced_at
    from activations
    left join claims
        on
            activations.activation = claims.activation
            and activations.generation = claims.generation
    left join rejections
        on
            activations.activation = rejections.activation
            and activations.generation = rejections.generation
    left join approvals
        on
            activations.activation = approvals.activation
            and activations.generation = approvals.generation
    left join switches
        on
            activations.activation = switches.activation
            and switches.recency = 1
    left join syncs
        on
            activations.activation = syncs.activation
            and syncs.recency = 1

),

activation_status as (

    select
        activation,
        segment,
        destination,
        service,
        generation,
        built_at,
        rows_in_segment,
        committed_seq,
        released_seq,
        greatest(released_seq - committed_seq, 0) as rows_pending,
        greatest(claimed_seq - committed_seq, 0) as rows_in_doubt,
        rows_rejected,
        rows_held as rows_waiting,
        greatest(last_seq - greatest(released_seq, committed_seq), 0)
            as rows_guarded,
        rows_invalid,
        case
            when last_seq > greatest(released_seq, committed_seq)
                then hold_reason
        end as hold_reason,
        is_paused,
        paused_by,
        pause_reason,
        coalesce(
            lease_expires_at > {{ outhaul.now_utc() }}
            and lease_holder not like 'ended: %', false
        ) as is_running,
        last_sync_status,
        last_sync_message,
        last_synced_at
    from counted

)

select * from activation_status
{%- endmacro %}
