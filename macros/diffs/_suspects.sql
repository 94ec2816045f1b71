{#- All rows that share a key or an identity, each distinct one once, with the reason why it is
    never sent, if there is one.

Without `prefer`, all that still share a key or an identity are invalid. `prefer` picks one row
per key, then one per identity; only the latter's losers are set aside. Rows that `prefer` ranks
alike are ordered by their content, so that each build picks the same. -#}
{% macro _suspects_query(diff) -%}
    {%- set key = outhaul._key_list(diff.key, 'work') -%}
    {%- set alike = outhaul._groupable_list(diff.columns, 'work') -%}
    {%- set has_identity = diff.identity is not none -%}
    {%- set identity = outhaul._folded_identity(diff, 'work') if has_identity else none -%}
    with

    ranked as (

        select
            {{ outhaul._column_lines(diff.columns, 'work', 12) }},
            count(*) over (partition by {{ key }}) as _outhaul_same_key,
            {{ 'count(*) over (partition by ' ~ identity ~ ')' if has_identity else '1' }} as _outhaul_same_identity,
            row_number() over (partition by {{ alike }} order by {{ alike }}) as _outhaul_copy
        from {{ diff.work }} as work
        where not {{ outhaul._unusable(diff) }}

    ),

    -- Rows that are equal in every column count once.
    distinct_rows as (

        select
            {{ outhaul._column_lines(diff.columns, indent=12) }}
        from ranked
        where
            (_outhaul_same_key > 1 or _outhaul_same_identity > 1)
            and _outhaul_copy = 1

    ),

    {% if diff.prefer -%}
    preferred as (

        select
            {{ outhaul._column_lines(diff.columns, 'work', 12) }},
            row_number() over (partition by {{ key }} order by {{ diff.prefer }}, {{ alike }}) as _outhaul_rank
        from distinct_rows as work

    ),

    judged as (

        select
            {{ outhaul._column_lines(diff.columns, 'work', 12) }},
            {% if has_identity -%}
            case
                when row_number() over (partition by {{ identity }} order by {{ diff.prefer }}, {{ alike }}) > 1
                    then 'duplicate identity'
            end as _outhaul_held
            {%- else -%}
            cast(null as {{ outhaul.type_text() }}) as _outhaul_held
            {%- endif %}
        from preferred as work
        where work._outhaul_rank = 1

    )
    {%- else -%}
    judged as (

        select
            {{ outhaul._column_lines(diff.columns, 'work', 12) }},
            case
                when count(*) over (partition by {{ key }}) > 1 then 'duplicate key'
                {%- if has_identity %}
                when count(*) over (partition by {{ identity }}) > 1 then 'duplicate identity'
                {%- endif %}
            end as _outhaul_held
        from distinct_rows as work

    )
    {%- endif %}

    select
        {{ outhaul._column_lines(diff.columns) }},
        _outhaul_held
    from judged
{%- endmacro %}
