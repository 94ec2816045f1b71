{#- Compare the segment with what the destination holds, by key.

Rows that cannot be told apart or addressed are invalid and never sent: those with a null
key or an empty identity, and those whose key or identity another row has too. Rows equal
in every column count once. A key that is invalid today has not left the segment.

Whether keys and identities repeat is told from the rows that changed, where the last
build has shown that nothing repeats among what is acknowledged; else all rows are looked
at. Adds to the diff `counts` (rows per change that may be sent, and `held`),
`segment_rows`, `invalid_rows`, `invalid_reasons` and `next_check`, which tells the next
build: `changed` or `all`. -#}
{% macro _compare(diff) %}
    {% if diff.is_first %}
        {% set repeats = outhaul._judge_all(diff) %}
        {% set tally = outhaul._tally_first(diff, repeats) %}
        {% do diff.update({'next_check': outhaul._next_check(diff, repeats)}) %}
    {% elif outhaul._may_check_changed(diff) %}
        {% do outhaul._fill_work_table(diff, 'changes', outhaul._changes_query(diff)) %}
        {% set tally = outhaul._tally(diff) %}
        {% do diff.update({'next_check': 'changed'}) %}
        {% if outhaul._repeats_show(diff, tally) or outhaul._clashes(diff, tally) %}
            {% do outhaul._execute('drop table ' ~ diff.changes) %}
            {% set tally = outhaul._compare_all(diff) %}
            {% do diff.update({'next_check': 'all'}) %}
        {% endif %}
    {% else %}
        {% set tally = outhaul._compare_all(diff) %}
    {% endif %}
    {% do outhaul._note_tally(diff, tally) %}
{% endmacro %}

{#- The comparison after a look at the keys and identities of all rows. -#}
{% macro _compare_all(diff) %}
    {% set repeats = outhaul._judge_all(diff) %}
    {% do outhaul._fill_work_table(diff, 'changes', outhaul._changes_query(diff)) %}
    {% set tally = outhaul._tally(diff) %}
    {% do diff.update({'next_check': outhaul._next_check(diff, repeats or outhaul._clashes(diff, tally))}) %}
    {{ return(tally) }}
{% endmacro %}

{#- One row for each row that differs, with its change, and for each that is invalid.

`_outhaul_novelty`: what of the row the destination does not hold yet, its `key` or its
`identity`. -#}
{% macro _changes_query(diff) -%}
    {%- set waits = diff.found.refused_rows > 0 and diff.rejected_is_kept -%}
    with

    source as (

        {{ outhaul._judged_query(diff) }}

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

    compared as (

        {{ outhaul._appended_query(diff) if diff.append_only else outhaul._compared_query(diff) }}

    )
    {%- if waits %},

    waiting as (

        {{ outhaul._waiting_query(diff) }}

    )
    {%- endif %}

    select
        compared._outhaul_change,
        case
            when compared._outhaul_change = 'updated' then compared._outhaul_changed_columns
        end as _outhaul_changed_columns,
        {% if waits -%}
        case
            when {{ outhaul._is_waited_for(diff) }}
                then waiting._outhaul_held
            else compared._outhaul_held
        end as _outhaul_held,
        {%- else -%}
        compared._outhaul_held,
        {%- endif %}
        compared._outhaul_novelty,
        {{ outhaul._column_lines(diff.columns, 'compared') }}
    from compared
    {%- if waits %}
    left join waiting
        on {{ outhaul._keys_match('compared', 'waiting', diff.key) }}
    {%- endif %}
{%- endmacro %}

{#- A full outer join and a null-safe comparison column by column; what is in doubt is sent
again, as an insertion where membership itself is in doubt. -#}
{% macro _compared_query(diff) -%}
    {%- set key = outhaul.quoted(diff.key[0]) -%}
    {%- set differs = outhaul._differences(diff) -%}
        select
            case
                when source._outhaul_held is not null then null
                when source._outhaul_is_there is null then 'removed'
                when acknowledged.{{ key }} is null then 'inserted'
                -- Membership itself is in doubt.
                when acknowledged._outhaul_in_doubt in ('inserted', 'removed') then 'inserted'
                else 'updated'
            end as _outhaul_change,
            {{ outhaul._changed_columns(diff, differs) }} as _outhaul_changed_columns,
            source._outhaul_held,
            case
                when source._outhaul_is_there is null then null
                when acknowledged.{{ key }} is null then 'key'
                {%- if diff.identity is not none and diff.identity not in diff.key %}
                when {{ differs[diff.identity] }}
                    then 'identity'
                {%- endif %}
            end as _outhaul_novelty
            {%- for column in diff.columns %}
            {%- set name = outhaul.quoted(column.name) %},
            case
                when source._outhaul_is_there is null then acknowledged.{{ name }} else source.{{ name }}
            end as {{ name }}
            {%- endfor %}
        from source
        full outer join acknowledged
            on {{ outhaul._keys_match('source', 'acknowledged', diff.key) }}
        where
            source._outhaul_is_there is null
            or acknowledged.{{ key }} is null
            or source._outhaul_held is not null
            or acknowledged._outhaul_in_doubt is not null
            {%- if diff.refresh_days %}
            or {{ outhaul._is_to_be_refreshed(diff) }}
            {%- endif %}
            or ({{ differs.values() | join('\n' ~ ' ' * 12 ~ 'or ') }})
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

{#- By the name of each column, whether its values differ. -#}
{% macro _differences(diff) %}
    {% set differs = {} %}
    {% for column in diff.columns %}
        {% do differs.update({column.name: outhaul._column_differs('source', 'acknowledged', column)}) %}
    {% endfor %}
    {{ return(differs) }}
{% endmacro %}

{#- The names of the changed columns as a JSON array. -#}
{% macro _changed_columns(diff, differs) %}
    {% set parts = [] %}
    {% for column in diff.columns %}
        {% if column.name not in diff.key %}
            {% do parts.append(
                'case when ' ~ differs[column.name] ~ ' then '
                ~ outhaul.literal(',' ~ tojson(outhaul.written_name(column.name))) ~ " else '' end"
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
