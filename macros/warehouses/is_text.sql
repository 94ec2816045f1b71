{#- Whether the type of a column is one of text. -#}
{% macro is_text(data_type) %}
    {{ return(adapter.dispatch('is_text', 'outhaul')(data_type)) }}
{% endmacro %}

{% macro default__is_text(data_type) %}
    {{ return(outhaul._type_name(data_type) in [
        'text', 'varchar', 'character varying', 'string', 'char', 'character', 'citext', 'name',
    ]) }}
{% endmacro %}
