{#- The columns of a table as a list of {name, type}, in order, with exact types. -#}
{% macro columns_of(relation) %}
    {{ return(adapter.dispatch('columns_of', 'outhaul')(relation)) }}
{% endmacro %}

{% macro default__columns_of(relation) %}
    {% set columns = [] %}
    {% for column in adapter.get_columns_in_relation(relation) %}
        {% do columns.append({'name': column.name, 'type': column.data_type}) %}
    {% endfor %}
    {{ return(columns) }}
{% endmacro %}

{#- dbt's column would call every text "character varying(256)". -#}
{% macro duckdb__columns_of(relation) %}
    {% set columns = [] %}
    {% for row in outhaul._fetch('select column_name, column_type from (describe ' ~ relation.render() ~ ')') %}
        {% do columns.append({'name': row[0], 'type': row[1]}) %}
    {% endfor %}
    {{ return(columns) }}
{% endmacro %}

{#- dbt's column would call every text "character varying". -#}
{% macro snowflake__columns_of(relation) %}
    {% set columns = [] %}
    {% for row in run_query('describe table ' ~ relation.render()) %}
        {% do columns.append({'name': row['name'], 'type': row['type']}) %}
    {% endfor %}
    {{ return(columns) }}
{% endmacro %}

{#- information_schema says only 'ARRAY' or 'USER-DEFINED' where format_type is exact. -#}
{% macro postgres__columns_of(relation) %}
    {% set columns = [] %}
    {% set query -%}
        select
            attname,
            format_type(atttypid, atttypmod) as column_type
        from pg_catalog.pg_attribute
        where
            attrelid = {{ outhaul.literal(relation.render()) }}::regclass
            and attnum > 0
            and not attisdropped
        order by attnum
    {%- endset %}
    {% for row in outhaul._fetch(query) %}
        {% do columns.append({'name': row[0], 'type': row[1]}) %}
    {% endfor %}
    {{ return(columns) }}
{% endmacro %}

{#- Without arrays and types of the user, dbt's columns are exact there. -#}
{% macro redshift__columns_of(relation) %}
    {{ return(outhaul.default__columns_of(relation)) }}
{% endmacro %}
