{#- An aggregate: the value of the one row of a group that meets a condition. -#}
{% macro value_where(condition, expression, kind) %}
    {{ return(adapter.dispatch('value_where', 'outhaul')(condition, expression, kind)) }}
{% endmacro %}

{#- There is no largest boolean on most warehouses. -#}
{% macro default__value_where(condition, expression, kind) %}
    {% set value = 'case when ' ~ condition ~ ' then ' ~ expression ~ ' end' %}
    {{ return(dbt.bool_or(value) | trim if kind == 'boolean' else 'max(' ~ value ~ ')') }}
{% endmacro %}

{#- Nor a largest value of some other types there; an array takes them all. -#}
{% macro postgres__value_where(condition, expression, kind) %}
    {{ return('(array_agg(' ~ expression ~ ') filter (where ' ~ condition ~ '))[1]') }}
{% endmacro %}

{#- No arrays of that kind there. -#}
{% macro redshift__value_where(condition, expression, kind) %}
    {{ return(outhaul.default__value_where(condition, expression, kind)) }}
{% endmacro %}
