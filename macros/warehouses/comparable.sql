{#- An expression of a column that the warehouse can compare for equality. -#}
{% macro comparable(expression, data_type) %}
    {{ return(adapter.dispatch('comparable', 'outhaul')(expression, data_type)) }}
{% endmacro %}

{% macro default__comparable(expression, data_type) %}
    {{ return(expression) }}
{% endmacro %}

{#- As JSON, whose keys have an order there, a nested null and no value differ. The types of
    maps, places and vectors have no equality. -#}
{% macro snowflake__comparable(expression, data_type) %}
    {% set type = outhaul._type_name(data_type) %}
    {% if type in ['variant', 'object', 'array', 'map'] %}
        {{ return('to_json(to_variant(' ~ expression ~ '))') }}
    {% elif type in ['geography', 'geometry'] %}
        {{ return('st_asewkt(' ~ expression ~ ')') }}
    {% elif type == 'vector' %}
        {{ return('to_json(cast(' ~ expression ~ ' as array))') }}
    {% endif %}
    {{ return(expression) }}
{% endmacro %}

{#- json, xml and the geometric types have no equality, and that of citext ignores case;
    jsonb also ignores key order. -#}
{% macro postgres__comparable(expression, data_type) %}
    {% set array = '[]' if data_type.endswith('[]') else '' %}
    {% set element_type = data_type | replace('[]', '') %}
    {% if element_type == 'json' %}
        {{ return('cast(' ~ expression ~ ' as jsonb' ~ array ~ ')') }}
    {% elif element_type in [
        'xml', 'jsonpath', 'citext', 'point', 'line', 'lseg', 'box', 'path', 'polygon', 'circle',
    ] %}
        {{ return('cast(' ~ expression ~ ' as text' ~ array ~ ')') }}
    {% endif %}
    {{ return(expression) }}
{% endmacro %}

{#- SUPER compares nothing but plain values. -#}
{% macro redshift__comparable(expression, data_type) %}
    {{ return('json_serialize(' ~ expression ~ ')' if data_type == 'super' else expression) }}
{% endmacro %}

{#- Neither maps nor variants can be compared there. -#}
{% macro spark__comparable(expression, data_type) %}
    {% if data_type.lower().startswith('map<') %}
        {{ return('array_sort(map_entries(' ~ expression ~ '))') }}
    {% elif data_type | lower == 'variant' %}
        {{ return('to_json(' ~ expression ~ ')') }}
    {% endif %}
    {{ return(expression) }}
{% endmacro %}

{#- JSON, arrays, structs and places have no equality there. -#}
{% macro bigquery__comparable(expression, data_type) %}
    {% set type = data_type | upper %}
    {% if type == 'JSON' or type.startswith(('ARRAY<', 'STRUCT<')) %}
        {{ return('to_json_string(' ~ expression ~ ')') }}
    {% elif type == 'GEOGRAPHY' %}
        {{ return('st_asbinary(' ~ expression ~ ')') }}
    {% endif %}
    {{ return(expression) }}
{% endmacro %}
