{#- How a `with` names a step that several others read, and that is to be computed once. -#}
{% macro computed_once() %}
    {{ return(adapter.dispatch('computed_once', 'outhaul')()) }}
{% endmacro %}

{% macro default__computed_once() %}
    {{ return('as') }}
{% endmacro %}

{#- Would compute the step again for each reader whose filter it can push down. -#}
{% macro duckdb__computed_once() %}
    {{ return('as materialized') }}
{% endmacro %}
