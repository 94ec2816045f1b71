{#- Whether a build is one transaction, DDL included, so that one that fails leaves no trace.

Elsewhere every statement stands for itself, and the next build repairs what a crash
between two of them left. -#}
{% macro is_transactional() %}
    {{ return(adapter.dispatch('is_transactional', 'outhaul')()) }}
{% endmacro %}

{% macro default__is_transactional() %}
    {{ return(true) }}
{% endmacro %}

{#- DDL commits there: https://docs.snowflake.com/en/sql-reference/transactions#ddl -#}
{% macro snowflake__is_transactional() %}
    {{ return(false) }}
{% endmacro %}
