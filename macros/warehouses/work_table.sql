{#- Where a step of a build keeps rows for the next one.

marker: sets the tables of one build apart from those of any other, where they are
tables that other sessions see. -#}
{% macro work_relation(relation, suffix, marker) %}
    {{ return(adapter.dispatch('work_relation', 'outhaul')(relation, suffix, marker)) }}
{% endmacro %}

{% macro default__work_relation(relation, suffix, marker) %}
    {{ return(outhaul._beside(relation, '__' ~ suffix ~ '_' ~ marker)) }}
{% endmacro %}

{#- dbt 2 may run two statements in two sessions, and then a temporary table is gone. -#}
{% macro duckdb__work_relation(relation, suffix, marker) %}
    {% if outhaul._has_session() %}
        {{ return(make_temp_relation(relation, '__' ~ suffix)) }}
    {% endif %}
    {{ return(outhaul.default__work_relation(relation, suffix, marker)) }}
{% endmacro %}

{#- A name has at most 63 characters there. -#}
{% macro postgres__work_relation(relation, suffix, marker) %}
    {% set short = relation.identifier %}
    {% if short | length > 32 and not outhaul._has_session() %}
        {% set short = short[:23] ~ '_' ~ local_md5(short)[:8] %}
    {% endif %}
    {{ return(outhaul.duckdb__work_relation(
        relation.incorporate(path={'identifier': short}), suffix, marker
    )) }}
{% endmacro %}

{#- Its temporary tables have a schema. -#}
{% macro snowflake__work_relation(relation, suffix, marker) %}
    {{ return(outhaul.duckdb__work_relation(relation, suffix, marker)) }}
{% endmacro %}

{#- The statement that creates a work table from a query. -#}
{% macro create_work_table(relation, query) %}
    {{ return(adapter.dispatch('create_work_table', 'outhaul')(relation, query)) }}
{% endmacro %}

{% macro default__create_work_table(relation, query) %}
    {{ return('create or replace table ' ~ relation ~ ' as ' ~ query) }}
{% endmacro %}

{% macro duckdb__create_work_table(relation, query) %}
    {% if outhaul._has_session() %}
        {{ return('create temporary table ' ~ relation ~ ' as ' ~ query) }}
    {% endif %}
    {{ return(outhaul.default__create_work_table(relation, query)) }}
{% endmacro %}

{#- No "or replace" there; a build that failed has left no table behind. -#}
{% macro postgres__create_work_table(relation, query) %}
    {% set temporary = 'temporary ' if outhaul._has_session() else '' %}
    {{ return('create ' ~ temporary ~ 'table ' ~ relation ~ ' as ' ~ query) }}
{% endmacro %}

{#- dbt keeps a session for the next builds, and with it the tables of the last. -#}
{% macro snowflake__create_work_table(relation, query) %}
    {% set temporary = 'temporary ' if outhaul._has_session() else '' %}
    {{ return('create or replace ' ~ temporary ~ 'table ' ~ relation ~ ' as ' ~ query) }}
{% endmacro %}

{#- Whether work tables outlive the session that made them, so that a build drops them. -#}
{% macro keeps_work_tables() %}
    {{ return(adapter.dispatch('keeps_work_tables', 'outhaul')()) }}
{% endmacro %}

{% macro default__keeps_work_tables() %}
    {{ return(true) }}
{% endmacro %}

{% macro duckdb__keeps_work_tables() %}
    {{ return(not outhaul._has_session()) }}
{% endmacro %}

{% macro postgres__keeps_work_tables() %}
    {{ return(not outhaul._has_session()) }}
{% endmacro %}

{% macro snowflake__keeps_work_tables() %}
    {{ return(not outhaul._has_session()) }}
{% endmacro %}

{#- Whether all statements of a node run in one session, as in dbt 1. -#}
{% macro _has_session() %}
    {{ return(dbt_version.split('.')[0] | int < 2) }}
{% endmacro %}

{% macro spark__create_work_table(relation, query) %}
    {{ return(outhaul._create_delta_table(relation, query)) }}
{% endmacro %}

{#- A temporary view would run the model's query again at each use, so work tables are
    tables; column names with spaces need the model's tblproperties. -#}
{% macro _create_delta_table(relation, query) %}
    {{ return(
        'create or replace table ' ~ relation ~ ' using delta ' ~ tblproperties_clause() | trim
        ~ ' as ' ~ query
    ) }}
{% endmacro %}

{#- It expires there, where a build that failed has left it. -#}
{% macro bigquery__create_work_table(relation, query) %}
    {{ return(
        'create or replace table ' ~ relation ~ ' '
        ~ bigquery_options(adapter.get_table_options(config, model, true)) ~ ' as ' ~ query
    ) }}
{% endmacro %}

{#- The statement that fills a work table by the model's query: dbt's own, which knows the model's
    configuration, such as sql_header. -#}
{% macro create_model_work_table(relation, sql) %}
    {{ return(adapter.dispatch('create_model_work_table', 'outhaul')(relation, sql)) }}
{% endmacro %}

{% macro default__create_model_work_table(relation, sql) %}
    {{ return(get_create_table_as_sql(not outhaul.keeps_work_tables(), relation, sql)) }}
{% endmacro %}

{#- What dbt calls temporary is a table that expires there. -#}
{% macro bigquery__create_model_work_table(relation, sql) %}
    {{ return(get_create_table_as_sql(true, relation, sql)) }}
{% endmacro %}
