{#- Whether a build that fails is undone as a whole, tables included.

Elsewhere each statement counts as soon as it ran: the steps of a build can be repeated,
and the lease of one that failed is given back at the end of the run. -#}
{% macro is_transactional() %}
    {{ return(adapter.dispatch('is_transactional', 'outhaul')()) }}
{% endmacro %}

{% macro default__is_transactional() %}
    {{ return(false) }}
{% endmacro %}

{% macro duckdb__is_transactional() %}
    {{ return(true) }}
{% endmacro %}

{% macro postgres__is_transactional() %}
    {{ return(true) }}
{% endmacro %}
