{#- How many characters the name of a table may have; none where that is no matter. -#}
{% macro longest_name() %}
    {{ return(adapter.dispatch('longest_name', 'outhaul')()) }}
{% endmacro %}

{% macro default__longest_name() %}
    {{ return(none) }}
{% endmacro %}

{% macro postgres__longest_name() %}
    {{ return(63) }}
{% endmacro %}

{% macro redshift__longest_name() %}
    {{ return(127) }}
{% endmacro %}
