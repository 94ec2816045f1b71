{#- The type of a number with a fraction in double precision. -#}
{% macro type_double() %}
    {{ return(adapter.dispatch('type_double', 'outhaul')()) }}
{% endmacro %}

{% macro default__type_double() %}
    {{ return(dbt.type_float()) }}
{% endmacro %}

{#- float has single precision there. -#}
{% macro duckdb__type_double() %}
    {{ return('double') }}
{% endmacro %}

{#- The same. -#}
{% macro spark__type_double() %}
    {{ return('double') }}
{% endmacro %}
