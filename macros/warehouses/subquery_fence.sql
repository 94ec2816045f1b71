{#- The end of a subquery whose expressions are to be computed once, however often they are used. -#}
{% macro subquery_fence() %}
    {{ return(adapter.dispatch('subquery_fence', 'outhaul')()) }}
{% endmacro %}

{% macro default__subquery_fence() %}
    {{ return('') }}
{% endmacro %}

{#- Pulls subqueries up and then repeats their expressions, except behind an offset. -#}
{% macro postgres__subquery_fence() %}
    {{ return(' offset 0') }}
{% endmacro %}

{#- No rows of their own for which it would have to read on. -#}
{% macro redshift__subquery_fence() %}
    {{ return('') }}
{% endmacro %}
