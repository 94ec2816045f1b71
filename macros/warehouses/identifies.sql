{#- Whether rows can be tracked by a column of this type. -#}
{% macro identifies(data_type) %}
    {{ return(adapter.dispatch('identifies', 'outhaul')(data_type)) }}
{% endmacro %}

{% macro default__identifies(data_type) %}
    {{ return(true) }}
{% endmacro %}

{#- These have no equality, or one that takes different values for one. -#}
{% macro postgres__identifies(data_type) %}
    {{ return(outhaul._type_name(data_type) not in [
        'interval', 'json', 'xml', 'jsonpath', 'point', 'line', 'lseg', 'box', 'path', 'polygon', 'circle',
    ]) }}
{% endmacro %}

{% macro duckdb__identifies(data_type) %}
    {{ return('INTERVAL' not in data_type | upper) }}
{% endmacro %}

{#- Windows cannot be partitioned by these there, nor can most be compared. -#}
{% macro bigquery__identifies(data_type) %}
    {% set type = data_type | upper %}
    {{ return(type not in ['FLOAT64', 'JSON', 'GEOGRAPHY', 'INTERVAL'] and not type.startswith(('ARRAY<', 'STRUCT<', 'RANGE'))) }}
{% endmacro %}
