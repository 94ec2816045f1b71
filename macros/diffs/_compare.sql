{#- Compare the segment with what the destination holds, by key.

A full outer join and a null-safe comparison column by column; what is in doubt
is sent again, as an insertion where membership itself is in doubt. Adds to the
diff `acknowledged_rows`, `rejected_rows`, and `is_first`: nothing is held, so all is
inserted. -#}
{% macro _compare(diff) %}
    {% set counted = outhaul._fetch(outhaul._held_counts_query(diff))[0] | map('int') | list %}
    {% do diff.update({
        'acknowledged_rows': counted[0],
        'rejected_rows': counted[1],
        'is_first': counted == [0, 0],
    }) %}
    {% if not diff.is_first %}
        {% do outhaul._fill_work_table(
            diff, 'changes',
            outhaul._appended_query(diff) if diff.append_only else outhaul._changes_query(diff)
        ) %}
    {% endif %}
{% endmacro %}

{#- How many rows are acknowledged and rejected. -#}
{% macro _held_counts_query(diff) -%}
    with

    acknowledged as (

        select count(*) as row_count from {{ diff.acknowledged }}

    ),

    rejected as (

        select {{ 'count(*) as row_count from ' ~ diff.rejected if diff.rejected_is_kept else '0 as row_count' }}

    )

    select
        acknowledged.row_count as acknowledged_rows,
        rejected.row_count as rejected_rows
    from acknowledged
    cross join rejected
{%- endmacro %}

{#- One row per key that differs: change, changed columns, values to send. -#}
{% macro _changes_query(diff) -%}
    {%- set key = outhaul.quoted(diff.key[0]) -%}
    with

    source as (

        {{ diff.source }}

    ),

    acknowledged as (

        select
            {{ outhaul._column_lines(diff.columns, 'held', 12) }},
            held._outhaul_in_doubt
            {%- if diff.refresh_days %},
            held._outhaul_acknowledged_at
            {%- endif %}
        from {{ diff.held }} as held

    ),

    {% if diff.invalid_rows -%}
    -- A key that is invalid today has not left the segment.
    invalid as (

        select distinct {{ outhaul._key_list(diff.key) }}
        from {{ diff.invalid }}

    ),

    {% endif -%}
    compared as (

        select
            case
                when source.{{ key }} is null then 'removed'
                when acknowledged.{{ key }} is null then 'inserted'
                -- Membership itself is in doubt.
                when acknowledged._outhaul_in_doubt in ('inserted', 'removed') then 'inserted'
                else 'updated'
            end as _outhaul_change,
            {{ outhaul._changed_columns(diff) }} as _outhaul_changed_columns
            {%- for column in diff.columns %}
            {%- set name = outhaul.quoted(column.name) %},
            case when source.{{ key }} is null then acknowledged.{{ name }} else source.{{ name }} end as {{ name }}
            {%- endfor %}
        from source
        full outer join acknowledged
            on {{ outhaul._keys_match('source', 'acknowledged', diff.key) }}
        {%- if diff.invalid_rows %}
        left join invalid
            on {{ outhaul._keys_match('invalid', 'acknowledged', diff.key) }}
        {%- endif %}
        where (
            source.{{ key }} is null
            or acknowledged.{{ key }} is null
            or acknowledged._outhaul_in_doubt is not null
            {%- if diff.refresh_days %}
            or {{ outhaul._is_to_be_refreshed(diff) }}
            {%- endif %}
            or {{ outhaul._content_differs('source', 'acknowledged', diff.columns) }}
        )
        {%- if diff.invalid_rows %}
        and (source.{{ key }} is not null or invalid.{{ key }} is null)
        {%- endif %}

    )

    select
        _outhaul_change,
        case when _outhaul_change = 'updated' then _outhaul_changed_columns end as _outhaul_changed_columns,
        cast(null as {{ outhaul.type_text() }}) as _outhaul_held,
        {{ outhaul._column_lines(diff.columns) }}
    from compared
{%- endmacro %}

{#- Whether the destination acknowledged a row longer ago than "refresh_after" says.

A hash of the key puts off each row by up to a quarter of that, so that rows which went
out together do not all come back in one build. -#}
{% macro _is_to_be_refreshed(diff) %}
    {% set columns = [] %}
    {% for name in diff.key %}
        {% do columns.append('acknowledged.' ~ outhaul.quoted(name)) %}
    {% endfor %}
    {% set digits = outhaul._hash_digits(columns, diff.name) %}
    {% set cases = [] %}
    {% for digit in '123456789abcdefg' %}
        {% set days = diff.refresh_days + loop.index0 * (diff.refresh_days // 4) // 15 %}
        {% do cases.append(
            'when ' ~ digits ~ " < '" ~ digit ~ "' then " ~ outhaul.days_ago(days, outhaul.type_instant())
        ) %}
    {% endfor %}
    {% set line = '\n' ~ ' ' * 16 %}
    {{ return('acknowledged._outhaul_acknowledged_at < case' ~ line ~ cases | join(line) ~ line ~ 'end') }}
{% endmacro %}

{#- The names of the changed columns as a JSON array. -#}
{% macro _changed_columns(diff) %}
    {% set parts = [] %}
    {% for column in diff.columns %}
        {% if column.name not in diff.key %}
            {% do parts.append(
                'case when ' ~ outhaul._column_differs('source', 'acknowledged', column)
                ~ ' then ' ~ outhaul.literal(',' ~ tojson(outhaul.written_name(column.name))) ~ " else '' end"
            ) %}
        {% endif %}
    {% endfor %}
    {% if not parts %}
        {{ return("'[]'") }}
    {% endif %}
    {#- in groups, because warehouses limit how deep an expression may nest -#}
    {% set groups = [] %}
    {% set line = '\n' ~ ' ' * 16 %}
    {% for group in parts | batch(40) %}
        {% do groups.append('(' ~ group | join(line ~ '|| ') ~ ')') %}
    {% endfor %}
    {{ return("'[' || substring(" ~ line ~ groups | join(line ~ '|| ') ~ line ~ ", 2) || ']'") }}
{% endmacro %}
