{#- Number the rows, put the table in place, record the generation, give the lease back. -#}
{% macro _publish(diff) %}
    {% do outhaul._confirm_lease(diff) %}
    {% do outhaul._put_in_place(diff) %}
    {% do outhaul._keep_adopted(diff) %}
    {% do outhaul._record_generation(diff, 'outhaul_write' if diff.is_replaced else 'main') %}
    {% do outhaul._record_build(diff) %}
    {% do outhaul._drop_moved(diff) %}
    {% do outhaul.end_transaction() %}
    {% set counts = diff.counts %}
    {% do log(
        'outhaul: ' ~ diff.name ~ ' build ' ~ diff.next_generation ~ ': ' ~ counts.inserted ~ ' inserted, '
        ~ counts.updated ~ ' updated, ' ~ counts.removed ~ ' removed'
        ~ (', ' ~ counts.held ~ ' held after a rejection' if counts.held else '')
        ~ (', ' ~ diff.invalid_rows ~ ' invalid' if diff.invalid_rows else '')
        ~ outhaul._suppression_words(diff),
        info=true
    ) %}
{% endmacro %}

{#- The table of the diff: the candidate of a first build, if all of its rows are valid; the
one that is there, if it is empty and stays so; else a new one. -#}
{% macro _put_in_place(diff) %}
    {% set is_published =
        diff.is_candidate and diff.counts.inserted == diff.segment_rows and diff.before.retirement != 'remove'
    %}
    {% set stays_empty = outhaul._stays_empty(diff) %}
    {% do diff.update({'is_replaced': not stays_empty}) %}
    {% if stays_empty %}
        {{ return('') }}
    {% elif is_published %}
        {% set existing = outhaul._existing(diff, 'relation') %}
        {% do adapter.drop_relation(existing) if existing is not none %}
        {% do adapter.rename_relation(diff.work, diff.relation) %}
    {% else %}
        {% do outhaul.replace_table(diff.relation, outhaul._numbered_query(diff), 'main', '_outhaul_seq') %}
        {% do outhaul._execute('drop table ' ~ diff.work) if diff.is_candidate %}
    {% endif %}
    {% do outhaul.prepare_reading(diff.relation, diff.key, '_outhaul_seq') %}
{% endmacro %}

{#- Whether the table has no rows, gets none, and has the columns of the select in their order. -#}
{% macro _stays_empty(diff) %}
    {% set existing = outhaul._existing(diff, 'relation') %}
    {{ return(
        not diff.is_first and diff.found.is_diff and diff.found.generation is none and diff.before.generation > 0
        and existing is not none and existing.type == 'table' and not diff.moved
        and diff.counts.values() | sum + diff.invalid_rows == 0
        and outhaul._sent_columns(diff.before) == diff.columns
    ) }}
{% endmacro %}

{#- The rows of the diff with their positions, dense from 1; held and invalid rows have none.

Removals come first, so that a record that leaves under one spelling and enters
under another ends up in; removals that a guard holds come last. -#}
{% macro _numbered_query(diff) -%}
    with

    changes as (

        {% if diff.is_first -%}
        select
            judged.*,
            case when judged._outhaul_held is null then 'inserted' end as _outhaul_change,
            cast(null as {{ outhaul.type_text() }}) as _outhaul_changed_columns
        from (

        {{ outhaul._judged_query(diff) }}

        ) as judged
        {%- else -%}
        select * from {{ diff.changes }}
        {%- endif %}

    )

    select
        {{ outhaul._own_columns(
            outhaul._position(diff), diff.next_generation, 'changes._outhaul_change',
            'changes._outhaul_changed_columns', 'changes._outhaul_held'
        ) | join(',\n' ~ ' ' * 8) }},
        {{ outhaul._column_lines(diff.columns, 'changes') }}
    from changes
{%- endmacro %}

{#- The position of a row that is not held. -#}
{% macro _position(diff) -%}
            case
                when changes._outhaul_held is null then row_number() over (
                    order by case
                        when changes._outhaul_held is not null then 4
                        when changes._outhaul_change = 'removed' then {{ 3 if diff.hold == 'removals' else 0 }}
                        when changes._outhaul_change = 'inserted' then 1
                        else 2
                    end
                )
            end
{%- endmacro %}

{#- The columns of a diff that are outhaul's own, in order. -#}
{% macro _own_columns(position, generation, change='null', changed_columns='null', held='null') %}
    {% set text = outhaul.type_text() %}
    {% set number = dbt.type_bigint() %}
    {{ return([
        'cast(' ~ position ~ ' as ' ~ number ~ ') as _outhaul_seq',
        'cast(' ~ generation ~ ' as ' ~ number ~ ') as _outhaul_generation',
        'cast(' ~ change ~ ' as ' ~ text ~ ') as _outhaul_change',
        'cast(' ~ changed_columns ~ ' as ' ~ text ~ ') as _outhaul_changed_columns',
        'cast(' ~ held ~ ' as ' ~ text ~ ') as _outhaul_held',
    ]) }}
{% endmacro %}
