{#- Keep the rejected row versions in `d__rejected`, with when to try them again. -#}
{% macro _fold_rejections(diff, key) %}
    {% if diff.claims.rejected == 0 and diff.found.refused_rows == 0 %}
        {{ return('') }}
    {% endif %}
    {% set own = outhaul._rejected_own_columns() %}
    {% do outhaul._fill_work_table(diff, 'refused', outhaul._refused_query(diff, key)) %}
    {% do outhaul.merge_rows(
        diff.rejected, 'select * from ' ~ diff.refused, key, diff.state_columns + own,
        is_empty=diff.found.refused_rows == 0
    ) %}
{% endmacro %}

{#- The refused rows of the published generation, counted on where the same row came before,
and those that were rejected earlier and have arrived now, which are gone from the table.

A rejection that was folded already, by a build that failed later, counts once. -#}
{% macro _refused_query(diff, key) -%}
    {%- set columns = diff.state_columns -%}
    {%- set own = outhaul._rejected_own_columns() -%}
    with

    refusals as (

            {{ outhaul._refusals(diff.name) }}

    ),

    -- A crash may have recorded a rejection twice: the last of each position.
    ranked as (

        select
            seq,
            kind,
            code,
            message,
            recorded_at,
            row_number() over (partition by seq order by recorded_at desc) as recency
        from refusals
        where generation = {{ diff.before.generation }}

    ),

    -- The same row, or another content of its key?
    compared as (

        select
            {{ outhaul._column_lines(columns, 'published', 12) }},
            published._outhaul_change,
            ranked.kind as _outhaul_kind,
            ranked.code as _outhaul_code,
            ranked.message as _outhaul_message,
            ranked.recorded_at as _outhaul_rejected_at,
            earlier._outhaul_attempts as _outhaul_earlier_attempts,
            earlier._outhaul_rejected_at as _outhaul_earlier_at,
            earlier._outhaul_first_rejected_at as _outhaul_earlier_first_at,
            (
                earlier._outhaul_attempts is not null
                and not {{ outhaul._content_differs('published', 'earlier', columns, 16) }}
                and (published._outhaul_change = 'removed') = (earlier._outhaul_change = 'removed')
            ) as _outhaul_is_the_same
        from ranked
        inner join {{ diff.relation }} as published
            on
                published._outhaul_seq = ranked.seq
                and published._outhaul_generation = {{ diff.before.generation }}
        left join {{ diff.rejected }} as earlier
            on {{ outhaul._keys_match('published', 'earlier', key) }}
        where ranked.recency = 1

    ),

    counted as (

        select
            {{ outhaul._column_lines(columns, indent=12) }},
            _outhaul_change,
            _outhaul_kind,
            _outhaul_code,
            _outhaul_message,
            case
                when not _outhaul_is_the_same then 1
                when _outhaul_earlier_at = _outhaul_rejected_at then _outhaul_earlier_attempts
                else _outhaul_earlier_attempts + 1
            end as _outhaul_attempts,
            case
                when _outhaul_is_the_same then _outhaul_earlier_first_at
                else _outhaul_rejected_at
            end as _outhaul_first_rejected_at,
            _outhaul_rejected_at
        from compared

    )

    select
        {{ outhaul._column_lines(columns) }},
        _outhaul_change,
        _outhaul_kind,
        _outhaul_code,
        _outhaul_message,
        _outhaul_attempts,
        _outhaul_first_rejected_at,
        _outhaul_rejected_at,
        {{ outhaul._retry_at('_outhaul_kind', '_outhaul_attempts', '_outhaul_rejected_at') }} as _outhaul_retry_at,
        false as _outhaul_is_gone
    from counted
    union all
    select
        {{ outhaul._column_lines(columns + own, 'earlier') }},
        true as _outhaul_is_gone
    from {{ diff.rejected }} as earlier
    inner join {{ diff.relation }} as published
        on {{ outhaul._keys_match('published', 'earlier', key) }}
    left join ranked
        on published._outhaul_seq = ranked.seq
    where
        published._outhaul_generation = {{ diff.before.generation }}
        and published._outhaul_seq <= {{ diff.claims.committed }}
        and ranked.seq is null
{%- endmacro %}

{#- When a rejected row is tried again: after 1 h, 4 h, 1 day, 3 days, then weekly.
    A row that was missing may appear any time: after 10 min, 1 h, 6 h, then daily.
    One that was not sent at all goes out with the next build; one that may have
    arrived and must not be repeated never does, unless somebody asks for it. -#}
{% macro _retry_at(kind, attempts, rejected_at) %}
    {% set minutes =
        'case ' ~ kind ~ " when 'missing' then case " ~ attempts
        ~ ' when 1 then 10 when 2 then 60 when 3 then 360 else 1440 end'
        ~ " when 'not_sent' then 0 when 'unconfirmed' then null"
        ~ ' else case ' ~ attempts
        ~ ' when 1 then 60 when 2 then 240 when 3 then 1440 when 4 then 4320 else 10080 end end'
    %}
    {{ return(dbt.dateadd('minute', minutes, rejected_at)) }}
{% endmacro %}

{#- The columns of `d__rejected` that are outhaul's own, in order. -#}
{% macro _rejected_own_columns() %}
    {% set text = outhaul.type_text() %}
    {% set instant = outhaul.type_instant() %}
    {{ return([
        {'name': '_outhaul_change', 'type': text},
        {'name': '_outhaul_kind', 'type': text},
        {'name': '_outhaul_code', 'type': text},
        {'name': '_outhaul_message', 'type': text},
        {'name': '_outhaul_attempts', 'type': dbt.type_bigint()},
        {'name': '_outhaul_first_rejected_at', 'type': instant},
        {'name': '_outhaul_rejected_at', 'type': instant},
        {'name': '_outhaul_retry_at', 'type': instant},
    ]) }}
{% endmacro %}
