{#- Whether every value of the first type can be cast to the second without an error. -#}
{% macro casts_safely(from_type, to_type) %}
    {{ return(adapter.dispatch('casts_safely', 'outhaul')(from_type, to_type)) }}
{% endmacro %}

{% macro default__casts_safely(from_type, to_type) %}
    {% set from_name = from_type.split('(')[0] | lower | trim %}
    {% set to_name = to_type.split('(')[0] | lower | trim %}
    {% set texts = ['text', 'varchar', 'character varying', 'string'] %}
    {% set whole = ['smallint', 'integer', 'int', 'bigint', 'int64'] %}
    {% if to_name in texts and '(' not in to_type %}
        {{ return(from_name in texts + whole) }}
    {% endif %}
    {{ return(
        from_name in whole and to_name in whole
        and whole.index(from_name) <= whole.index(to_name)
    ) }}
{% endmacro %}
