{#- A table of one build's own, with the rows of a query. -#}
{% macro create_work_table(relation, query) %}
    {{ return(adapter.dispatch('create_work_table', 'outhaul')(relation, query)) }}
{% endmacro %}

{% macro default__create_work_table(relation, query) %}
    {% do outhaul._execute('create temporary table ' ~ relation ~ ' as ' ~ query) %}
{% endmacro %}

{#- Temporary tables need a session there, which dbt does not open. -#}
{% macro bigquery__create_work_table(relation, query) %}
    {% set options = adapter.get_table_options(config, model, true) %}
    {% do outhaul._execute('create or replace table ' ~ relation ~ ' ' ~ bigquery_options(options) ~ ' as ' ~ query) %}
{% endmacro %}

{#- Delete these tables, of which some may never have been made. -#}
{% macro drop_work_tables(relations) %}
    {{ return(adapter.dispatch('drop_work_tables', 'outhaul')(relations)) }}
{% endmacro %}

{#- They go with the session. -#}
{% macro default__drop_work_tables(relations) %}
{% endmacro %}

{#- What a build that failed has left goes by its expiration. -#}
{% macro bigquery__drop_work_tables(relations) %}
    {% set statements = [] %}
    {% for relation in relations %}
        {% do statements.append('drop table if exists ' ~ relation) %}
    {% endfor %}
    {% do outhaul._execute(statements | join('; ')) %}
{% endmacro %}
