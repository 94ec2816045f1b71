{#- Whether every value of the first type can be cast to the second without an error or a loss. -#}
{% macro casts_safely(from_type, to_type) %}
    {{ return(adapter.dispatch('casts_safely', 'outhaul')(from_type, to_type)) }}
{% endmacro %}

{% macro default__casts_safely(from_type, to_type) %}
    {% set from_name = outhaul._type_name(from_type) %}
    {% set to_name = outhaul._type_name(to_type) %}
    {% set texts = ['text', 'varchar', 'character varying', 'string'] %}
    {% set decimals = ['numeric', 'decimal'] %}
    {% set digits = {
        'tinyint': 3, 'smallint': 5, 'integer': 10, 'int': 10, 'bigint': 19, 'int64': 19, 'hugeint': 39,
    } %}
    {% set from_size = outhaul._type_size(from_type) %}
    {% set to_size = outhaul._type_size(to_type) %}
    {% if to_name in texts and not to_size %}
        {{ return(from_name in texts or from_name in digits) }}
    {% elif to_name in texts and from_name in digits %}
        {#- and a sign -#}
        {{ return(digits[from_name] < to_size[0]) }}
    {% elif to_name in texts and from_name in texts %}
        {{ return(from_size | length == 1 and from_size[0] <= to_size[0]) }}
    {% elif to_name in digits %}
        {{ return(from_name in digits and digits[from_name] <= digits[to_name]) }}
    {% elif to_name in decimals and not to_size %}
        {{ return(from_name in decimals or from_name in digits) }}
    {% elif to_name in decimals and from_name in digits %}
        {{ return(digits[from_name] <= to_size[0] - to_size[1]) }}
    {% elif to_name in decimals and from_name in decimals and from_size %}
        {{ return(
            from_size[1] <= to_size[1]
            and from_size[0] - from_size[1] <= to_size[0] - to_size[1]
        ) }}
    {% endif %}
    {{ return(false) }}
{% endmacro %}

{#- One type holds all exact numbers there, and every type of text is a varchar with a length. -#}
{% macro snowflake__casts_safely(from_type, to_type) %}
    {% set from_name = outhaul._type_name(from_type) | replace('number', 'numeric') %}
    {% set to_name = outhaul._type_name(to_type) | replace('number', 'numeric') %}
    {% set from_size = outhaul._type_size(from_type) %}
    {% set to_size = outhaul._type_size(to_type) %}
    {% if from_name == 'numeric' and to_name == 'varchar' %}
        {#- a sign, and a digit each -#}
        {{ return(from_size[1] == 0 and from_size[0] < to_size[0]) }}
    {% endif %}
    {{ return(outhaul.default__casts_safely(
        from_name ~ '(' ~ from_size | join(',') ~ ')' if from_size else from_name,
        to_name ~ '(' ~ to_size | join(',') ~ ')' if to_size else to_name
    )) }}
{% endmacro %}

{#- "numeric" of "NUMERIC(10,2)". -#}
{% macro _type_name(data_type) %}
    {{ return(modules.re.sub('[(].*[)]', '', data_type) | lower | trim) }}
{% endmacro %}

{#- [10, 2] of "NUMERIC(10,2)"; empty where the type has no size. -#}
{% macro _type_size(data_type) %}
    {% set size = [] %}
    {% if '(' in data_type and outhaul._type_name(data_type) in [
        'numeric', 'decimal', 'number', 'varchar', 'character varying', 'string',
    ] %}
        {% for part in data_type.split('(')[1].split(')')[0].split(',') %}
            {% do size.append(part | int) %}
        {% endfor %}
    {% endif %}
    {{ return(size) }}
{% endmacro %}
