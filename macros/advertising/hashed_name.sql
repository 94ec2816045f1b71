{#- A first or last name as a network wants it, hashed by SHA-256. -#}
{% macro hashed_name(column, network) %}
    {{ return(adapter.dispatch('hashed_name', 'outhaul')(column, network)) }}
{% endmacro %}

{% macro default__hashed_name(column, network) %}
    {{ return(outhaul._hashed_once(
        column, outhaul._as_trimmed_text(column), outhaul._steps_of('hashed_name', 'last_name', network)
    )) }}
{% endmacro %}
