{#- Whether a table that a build has filled gets its name at the end, in the same transaction. -#}
{% macro publishes_by_rename() %}
    {{ return(outhaul.is_transactional()) }}
{% endmacro %}
