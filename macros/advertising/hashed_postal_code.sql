{#- A postal code as a network wants it, hashed by SHA-256. -#}
{% macro hashed_postal_code(column, network) %}
    {{ return(adapter.dispatch('hashed_postal_code', 'outhaul')(column, network)) }}
{% endmacro %}

{% macro default__hashed_postal_code(column, network) %}
    {{ return(outhaul._hashed_once(
        column, outhaul._as_trimmed_text(column), outhaul._steps_of('hashed_postal_code', 'postal_code', network)
    )) }}
{% endmacro %}
