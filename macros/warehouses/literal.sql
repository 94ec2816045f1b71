{#- A text as a string literal of the warehouse. -#}
{% macro literal(value) %}
    {{ return(adapter.dispatch('literal', 'outhaul')(value)) }}
{% endmacro %}

{% macro default__literal(value) %}
    {{ return("'" ~ (value | string | replace("'", "''")) ~ "'") }}
{% endmacro %}
