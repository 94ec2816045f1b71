{#- How segments changed from build to build of their diffs, as a query of one row per build. -#}
{% macro segment_history(activation=none, unusual=3, builds=10) %}
    {{ return(adapter.dispatch('segment_history', 'outhaul')(activation, unusual, builds)) }}
{% endmacro %}

{% macro default__segment_history(activation, unusual, builds) %}
    {% if not execute %}
        {{ return('') }}
    {% endif %}
    {% if unusual is not number or unusual <= 1 or not outhaul._is_days(builds) %}
        {% do outhaul._refuse_call(
            'segment_history', "'unusual' must be a number above 1 and 'builds' a whole number from 1 on"
        ) %}
    {% endif %}
    {% set double = outhaul.type_double() %}
with

builds as (

    select * from {{ outhaul.ledger_relation('outhaul_builds') }}
    {%- if activation is not none %}
    where activation = {{ outhaul.literal(activation) }}
    {%- endif %}

),

claims as (

    select
        activation,
        generation,
        max(committed_seq) as committed_seq
    from {{ outhaul.ledger_relation('outhaul_claims') }}
    group by activation, generation

),

-- What was refused comes back with a later build.
refusals as (

    select
        activation,
        generation,
        count(distinct case when change = 'inserted' then seq end) as entries,
        count(distinct case when change = 'removed' then seq end) as exits
    from {{ outhaul.ledger_relation('outhaul_rejections') }}
    group by activation, generation

),

-- The next build finds again what was not delivered of one, so that each entry and
-- exit is counted by the build that delivered it, or by the last. Positions begin
-- with the removals, unless these are held.
sequenced as (

    select
        builds.*,
        lag(builds.rows_in_segment) over (
            partition by builds.activation
            order by builds.generation
        ) as rows_before,
        lead(builds.generation) over (
            partition by builds.activation
            order by builds.generation
        ) is null as is_last,
        claims.generation is not null as is_sent,
        coalesce(claims.committed_seq, 0) as committed_seq,
        case
            when builds.hold = 'removals' then 0 else builds.rows_removed
        end as seq_before_entries,
        case
            when builds.hold = 'removals'
                then builds.rows_inserted + builds.rows_updated
            else 0
        end as seq_before_exits,
        coalesce(refusals.entries, 0) as refused_entries,
        coalesce(refusals.exits, 0) as refused_exits
    from builds
    left join claims
        on builds.activation = claims.activation
        and builds.generation = claims.generation
    left join refusals
        on builds.activation = refusals.activation
        and builds.generation = refusals.generation

),

counted as (

    select
        sequenced.*,
        not is_last and not is_sent as is_superseded,
        case
            when is_last then rows_inserted
            when is_sent then greatest(
                least(committed_seq - seq_before_entries, rows_inserted) - refused_entries, 0
            )
        end as entries,
        case
            when is_last then rows_removed
            when is_sent then greatest(
                least(committed_seq - seq_before_exits, rows_removed) - refused_exits, 0
            )
        end as exits
    from sequenced

),

measured as (

    select
        activation,
        segment,
        parent,
        generation,
        built_at,
        rows_in_segment as size,
        rows_in_segment - rows_before as growth,
        cast(rows_in_segment as {{ double }}) / nullif(rows_in_parent, 0) as share_of_parent,
        is_superseded,
        entries,
        exits,
        cast(entries + exits as {{ double }}) / nullif(rows_acknowledged, 0) as turnover
    from counted

),

compared as (

    select
        measured.*,
        avg(turnover) over (
            partition by activation
            order by generation
            rows between {{ builds }} preceding and 1 preceding
        ) as usual_turnover,
        count(turnover) over (
            partition by activation
            order by generation
            rows between {{ builds }} preceding and 1 preceding
        ) as comparable_builds
    from measured

),

-- Three builds are needed to know what is usual, and 5 % is never unusual.
judged as (

    select
        activation,
        segment,
        parent,
        generation,
        built_at,
        size,
        growth,
        share_of_parent,
        is_superseded,
        entries,
        exits,
        turnover,
        usual_turnover,
        coalesce(
            comparable_builds >= 3
            and turnover > 0.05
            and turnover > {{ unusual }} * usual_turnover,
            false
        ) as is_unusual
    from compared

)

select * from judged
{% endmacro %}
