{#- Make a table for the length of a build, with the rows of a query. -#}
{% macro create_work_table(relation, query) %}
    {{ return(adapter.dispatch('create_work_table', 'outhaul')(relation, query)) }}
{% endmacro %}

{% macro default__create_work_table(relation, query) %}
    {% do outhaul._execute('create temporary table ' ~ relation ~ ' as ' ~ query) %}
{% endmacro %}

{#- dbt keeps its session for the next builds, and with it the tables of the last. -#}
{% macro snowflake__create_work_table(relation, query) %}
    {% do outhaul._execute('create or replace temporary table ' ~ relation ~ ' as ' ~ query) %}
{% endmacro %}
