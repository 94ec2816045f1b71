{#- An aggregate: how many different values the columns have, together; nulls do not count.

It may hash, so two values may count as one. Whoever finds fewer than expected looks closer. -#}
{% macro distinct_count(table, columns) %}
    {{ return(adapter.dispatch('distinct_count', 'outhaul')(table, columns)) }}
{% endmacro %}

{% macro default__distinct_count(table, columns) %}
    {{ return('count(distinct ' ~ outhaul._columns_list(columns, table) ~ ')') }}
{% endmacro %}

{#- Counts one expression only. -#}
{% macro duckdb__distinct_count(table, columns) %}
    {% if columns | length == 1 %}
        {{ return(outhaul.default__distinct_count(table, columns)) }}
    {% endif %}
    {{ return(outhaul._distinct_hashes(
        table, columns, 'hash(' ~ outhaul._columns_list(columns, table) ~ ')'
    )) }}
{% endmacro %}

{#- Sorts to count, which is slow for text and for rows, and fast for numbers and hashes. -#}
{% macro postgres__distinct_count(table, columns) %}
    {% set list = outhaul._columns_list(columns, table) %}
    {% if columns | length > 1 %}
        {{ return(outhaul._distinct_hashes(table, columns, 'hash_record_extended(row(' ~ list ~ '), 0)')) }}
    {% elif outhaul._type_name(columns[0].type) in ['text', 'character varying'] %}
        {{ return('count(distinct hashtextextended(' ~ list ~ ', 0))') }}
    {% endif %}
    {{ return(outhaul.default__distinct_count(table, columns)) }}
{% endmacro %}

{#- Counts one expression only; its hash takes a seed, which another hash may be. -#}
{% macro redshift__distinct_count(table, columns) %}
    {% if columns | length == 1 %}
        {{ return(outhaul.default__distinct_count(table, columns)) }}
    {% endif %}
    {% set hash = namespace(of=none) %}
    {% for column in columns %}
        {% set seed = ', ' ~ hash.of if hash.of else '' %}
        {% set hash.of = 'fnv_hash(' ~ table ~ '.' ~ outhaul.quoted(column.name) ~ seed ~ ')' %}
    {% endfor %}
    {{ return(outhaul._distinct_hashes(table, columns, hash.of)) }}
{% endmacro %}

{% macro _distinct_hashes(table, columns, hash) %}
    {% set key = columns | map(attribute='name') | list %}
    {{ return(
        'count(distinct case when not ' ~ outhaul._key_is_null(table, key) ~ ' then ' ~ hash ~ ' end)'
    ) }}
{% endmacro %}

{#- Counts one expression only. -#}
{% macro bigquery__distinct_count(table, columns) %}
    {% if columns | length == 1 %}
        {{ return(outhaul.default__distinct_count(table, columns)) }}
    {% endif %}
    {{ return(outhaul._distinct_hashes(
        table, columns,
        'farm_fingerprint(to_json_string(struct(' ~ outhaul._columns_list(columns, table) ~ ')))'
    )) }}
{% endmacro %}
