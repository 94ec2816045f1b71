{#- The order of a window function whose rows may come in any order. -#}
{% macro any_order() %}
    {{ return(adapter.dispatch('any_order', 'outhaul')()) }}
{% endmacro %}

{% macro default__any_order() %}
    {{ return('') }}
{% endmacro %}

{#- row_number() must have an order there. -#}
{% macro snowflake__any_order() %}
    {{ return('order by null') }}
{% endmacro %}

{#- There too, and null is none. -#}
{% macro spark__any_order() %}
    {{ return('order by 1') }}
{% endmacro %}
