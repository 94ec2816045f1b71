{#- Whether two lists of database, schema and name, as the warehouse stores them, are one table. -#}
{% macro is_same_place(one, other) %}
    {{ return(adapter.dispatch('is_same_place', 'outhaul')(one, other)) }}
{% endmacro %}

{% macro default__is_same_place(one, other) %}
    {{ return(one == other) }}
{% endmacro %}

{#- Names have no case there, quoted or not. -#}
{% macro duckdb__is_same_place(one, other) %}
    {{ return(one | map('default', '', true) | map('lower') | list == other | map('default', '', true) | map('lower') | list) }}
{% endmacro %}

{#- The same, unless the cluster is told otherwise. -#}
{% macro redshift__is_same_place(one, other) %}
    {{ return(outhaul.duckdb__is_same_place(one, other)) }}
{% endmacro %}

{#- The same. -#}
{% macro spark__is_same_place(one, other) %}
    {{ return(outhaul.duckdb__is_same_place(one, other)) }}
{% endmacro %}
