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

    select distinct
        activation,
        generation
    from {{ outhaul.ledger_relation('outhaul_claims') }}

),

-- A build of which nothing was sent before the next one found the same changes
-- again: only the later build counts them.
sequenced as (

    select
        builds.*,
        lag(builds.rows_in_segment) over (
            partition by builds.activation
            order by builds.generation
        ) as rows_before,
        claims.generation is null and lead(builds.generation) over (
            partition by builds.activation
            order by builds.generation
        ) is not null as is_superseded
    from builds
    left join claims
        on builds.activation = claims.activation
        and builds.generation = claims.generation

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
        case when not is_superseded then rows_inserted end as entries,
        case when not is_superseded then rows_removed end as exits,
        case
            when not is_superseded
                then cast(rows_inserted + rows_removed as {{ double }}) / nullif(rows_acknowledged, 0)
        end as turnover
    from sequenced

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
