{#- A null-safe "differs": true or false, never null. -#}
{% macro is_distinct(left, right) %}
    {{ return(adapter.dispatch('is_distinct', 'outhaul')(left, right)) }}
{% endmacro %}

{% macro default__is_distinct(left, right) %}
    {{ return(left ~ ' is distinct from ' ~ right) }}
{% endmacro %}
