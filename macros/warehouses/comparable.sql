{#- An expression of a column that the warehouse can compare for equality. -#}
{% macro comparable(expression, data_type) %}
    {{ return(adapter.dispatch('comparable', 'outhaul')(expression, data_type)) }}
{% endmacro %}

{% macro default__comparable(expression, data_type) %}
    {{ return(expression) }}
{% endmacro %}

{#- json, xml and the geometric types have no equality; jsonb also ignores key order. -#}
{% macro postgres__comparable(expression, data_type) %}
    {% if data_type == 'json' %}
        {{ return('cast(' ~ expression ~ ' as jsonb)') }}
    {% elif data_type in ['xml', 'point', 'line', 'lseg', 'box', 'path', 'polygon', 'circle'] %}
        {{ return('cast(' ~ expression ~ ' as text)') }}
    {% endif %}
    {{ return(expression) }}
{% endmacro %}
