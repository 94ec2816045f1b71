{#- What a type of the warehouse holds: number, text, date, timestamp, timestamp with
    time zone, boolean or, for all else, other. -#}
{% macro column_kind(data_type) %}
    {{ return(adapter.dispatch('column_kind', 'outhaul')(data_type)) }}
{% endmacro %}

{% macro default__column_kind(data_type) %}
    {% set type = modules.re.sub('\\([^)]*\\)', '', data_type | lower) | trim %}
    {% set type = modules.re.sub('\\s+', ' ', type) %}
    {% set first = type.split(' ')[0] %}
    {% if type.endswith(']') or '<' in type %}
        {{ return('other') }}
    {% elif type in ['timestamp with time zone', 'timestamptz', 'timestamp_tz', 'timestamp_ltz'] %}
        {{ return('timestamp with time zone') }}
    {% elif first == 'timestamp' or first in [
        'datetime', 'timestamp_ntz', 'timestamp_s', 'timestamp_ms', 'timestamp_ns'
    ] %}
        {{ return('timestamp') }}
    {% elif type == 'date' %}
        {{ return('date') }}
    {% elif type in ['boolean', 'bool'] %}
        {{ return('boolean') }}
    {% elif first in [
        'text', 'varchar', 'character', 'string', 'char', 'bpchar', 'nvarchar', 'citext', 'name'
    ] %}
        {{ return('text') }}
    {% elif first in [
        'tinyint', 'smallint', 'integer', 'int', 'bigint', 'hugeint', 'byteint',
        'utinyint', 'usmallint', 'uinteger', 'ubigint', 'uhugeint',
        'int2', 'int4', 'int8', 'int16', 'int32', 'int64', 'short', 'long',
        'decimal', 'numeric', 'number', 'bignumeric', 'bigdecimal', 'dec',
        'real', 'double', 'float', 'float4', 'float8', 'float64'
    ] %}
        {{ return('number') }}
    {% endif %}
    {{ return('other') }}
{% endmacro %}

{#- TIMESTAMP is a point in time there, and DATETIME has no time zone. -#}
{% macro bigquery__column_kind(data_type) %}
    {% if data_type | lower == 'timestamp' %}
        {{ return('timestamp with time zone') }}
    {% endif %}
    {{ return(outhaul.default__column_kind(data_type)) }}
{% endmacro %}

{#- Databricks too: TIMESTAMP is a point in time, TIMESTAMP_NTZ a reading of a clock. -#}
{% macro spark__column_kind(data_type) %}
    {{ return(outhaul.bigquery__column_kind(data_type)) }}
{% endmacro %}
