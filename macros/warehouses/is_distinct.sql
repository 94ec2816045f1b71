{#- A null-safe "differs": true or false, never null. -#}
{% macro is_distinct(left, right) %}
    {{ return(adapter.dispatch('is_distinct', 'outhaul')(left, right)) }}
{% endmacro %}

{% macro default__is_distinct(left, right) %}
    {{ return(left ~ ' is distinct from ' ~ right) }}
{% endmacro %}

{#- No such operator; to decode(), nulls are equal. -#}
{% macro redshift__is_distinct(left, right) %}
    {{ return('decode(' ~ left ~ ', ' ~ right ~ ', 0, 1) = 1') }}
{% endmacro %}
