{#- A number for each row, from 1 and without gaps, in no particular order. -#}
{% macro any_row_number() %}
    {{ return(adapter.dispatch('any_row_number', 'outhaul')()) }}
{% endmacro %}

{% macro default__any_row_number() %}
    {{ return('row_number() over ()') }}
{% endmacro %}

{#- Insists on an order there. -#}
{% macro spark__any_row_number() %}
    {{ return('row_number() over (order by 1)') }}
{% endmacro %}
