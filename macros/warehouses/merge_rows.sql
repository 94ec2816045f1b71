{#- Bring the rows of a query into a table by their key: those that `_outhaul_is_gone` are
deleted, the others replace what has their key, or are new.

columns: those to write, as {name}. is_empty: whether nothing is in the table yet. -#}
{% macro merge_rows(relation, query, key, columns, is_empty=false) %}
    {{ return(adapter.dispatch('merge_rows', 'outhaul')(relation, query, key, columns, is_empty)) }}
{% endmacro %}

{#- One statement, where each is a transaction of its own. -#}
{% macro default__merge_rows(relation, query, key, columns, is_empty) %}
    {% set statement -%}
        merge into {{ relation }} as kept
        using (

            {{ query }}

        ) as merged
            on {{ outhaul._keys_match('kept', 'merged', key) }}
        when matched and merged._outhaul_is_gone then delete
        when matched then update set
            {%- for column in columns %}
            {%- set name = outhaul._written_column(column) %}
            {{ name }} = merged.{{ name }}{{ ',' if not loop.last }}
            {%- endfor %}
        when not matched and not merged._outhaul_is_gone then insert (
            {{ outhaul._column_lines(columns, indent=12) }}
        ) values (
            {{ outhaul._column_lines(columns, 'merged', 12) }}
        )
    {%- endset %}
    {% do outhaul._execute(statement) %}
{% endmacro %}

{#- Measured faster than merge, and a build is one transaction there. -#}
{% macro duckdb__merge_rows(relation, query, key, columns, is_empty) %}
    {% do outhaul._replace_rows(relation, query, key, columns, is_empty) %}
{% endmacro %}

{% macro postgres__merge_rows(relation, query, key, columns, is_empty) %}
    {% do outhaul._replace_rows(relation, query, key, columns, is_empty) %}
{% endmacro %}

{#- Its merge takes no conditions, and a step of a build is a transaction there. -#}
{% macro redshift__merge_rows(relation, query, key, columns, is_empty) %}
    {% do outhaul._replace_rows(relation, query, key, columns, is_empty) %}
{% endmacro %}

{% macro _replace_rows(relation, query, key, columns, is_empty) %}
    {% set insertion -%}
        insert into {{ relation }} (
            {{ outhaul._column_lines(columns, indent=12) }}
        )
        select
            {{ outhaul._column_lines(columns, 'merged', 12) }}
        from (

            {{ query }}

        ) as merged
        where not merged._outhaul_is_gone
    {%- endset %}
    {% do outhaul._execute(outhaul.delete_matched(relation, query, key)) if not is_empty %}
    {% do outhaul._execute(insertion) %}
{% endmacro %}
