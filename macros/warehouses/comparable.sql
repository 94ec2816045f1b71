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

{#- Text is compared by its bytes, whatever its collation; json has no equality, and jsonb
    also ignores key order, but knows no zero byte: json with one is compared as text. Types that are not known to have an exact one, such as citext,
    intervals (1 month equals 30 days), xml, composites and domains, are compared as text. -#}
{% macro postgres__comparable(expression, data_type) %}
    {% set array = '[]' if data_type.endswith('[]') else '' %}
    {% set type = outhaul._type_name(data_type | replace('[]', '')) %}
    {% if type in ['text', 'character varying', 'character', 'bpchar', 'name'] %}
        {{ return(expression ~ ' collate "C"') }}
    {% elif type == 'json' %}
        {% set text = 'cast(' ~ expression ~ ' as text)' %}
        {% set as_text = 'array[to_jsonb(' ~ text ~ ')]' if array else 'to_jsonb(' ~ text ~ ')' %}
        {{ return(
            'case when ' ~ text ~ " ~ '\\\\u0000' then " ~ as_text ~ ' else cast(' ~ expression ~ ' as jsonb' ~ array ~ ') end'
        ) }}
    {% elif type in [
        'smallint', 'integer', 'bigint', 'oid', 'numeric', 'real', 'double precision', 'money', 'boolean',
        'date', 'time without time zone', 'time with time zone', 'timestamp without time zone',
        'timestamp with time zone', 'uuid', 'bytea', 'bit', 'bit varying', 'jsonb', 'inet', 'cidr',
        'int4range', 'int8range', 'numrange', 'daterange', 'tsrange', 'tstzrange', 'tsvector',
    ] %}
        {{ return(expression) }}
    {% endif %}
    {{ return('cast(' ~ expression ~ ' as text)') }}
{% endmacro %}

{#- Text is compared by its bytes, whatever its collation, and intervals as text: 1 month
    equals 30 days there. -#}
{% macro duckdb__comparable(expression, data_type) %}
    {% if data_type | upper == 'VARCHAR' %}
        {{ return('encode(' ~ expression ~ ')') }}
    {% elif 'INTERVAL' in data_type | upper %}
        {{ return('cast(' ~ expression ~ ' as varchar)') }}
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

{#- JSON, arrays, structs and places have no equality there; 1 month equals 30 days. -#}
{% macro bigquery__comparable(expression, data_type) %}
    {% set type = data_type | upper %}
    {% if type == 'JSON' or type.startswith(('ARRAY<', 'STRUCT<')) %}
        {{ return('to_json_string(' ~ expression ~ ')') }}
    {% elif type == 'INTERVAL' %}
        {{ return('cast(' ~ expression ~ ' as string)') }}
    {% elif type == 'GEOGRAPHY' %}
        {{ return('st_asbinary(' ~ expression ~ ')') }}
    {% endif %}
    {{ return(expression) }}
{% endmacro %}
