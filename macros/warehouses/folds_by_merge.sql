{#- Whether rows of the state are changed by one `merge`, since each statement is a
    transaction of its own; elsewhere deleting and inserting within one is faster. -#}
{% macro folds_by_merge() %}
    {{ return(adapter.dispatch('folds_by_merge', 'outhaul')()) }}
{% endmacro %}

{% macro default__folds_by_merge() %}
    {{ return(not outhaul.is_transactional()) }}
{% endmacro %}

{#- Its merge takes no conditions, and a step of a build is a transaction there. -#}
{% macro redshift__folds_by_merge() %}
    {{ return(false) }}
{% endmacro %}
