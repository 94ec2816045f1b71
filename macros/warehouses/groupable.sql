{#- An expression of a column by which a window can be partitioned, and ordered. -#}
{% macro groupable(expression, data_type) %}
    {{ return(adapter.dispatch('groupable', 'outhaul')(expression, data_type)) }}
{% endmacro %}

{% macro default__groupable(expression, data_type) %}
    {{ return(outhaul.comparable(expression, data_type)) }}
{% endmacro %}

{#- Windows cannot be partitioned by FLOAT64 there. Adding 0 makes one zero of both. -#}
{% macro bigquery__groupable(expression, data_type) %}
    {% if data_type | upper == 'FLOAT64' %}
        {{ return('cast(' ~ expression ~ ' + 0 as string)') }}
    {% endif %}
    {{ return(outhaul.comparable(expression, data_type)) }}
{% endmacro %}
