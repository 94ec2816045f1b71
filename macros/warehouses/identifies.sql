{#- Whether rows can be tracked by a column of this type. -#}
{% macro identifies(data_type) %}
    {{ return(adapter.dispatch('identifies', 'outhaul')(data_type)) }}
{% endmacro %}

{% macro default__identifies(data_type) %}
    {{ return(true) }}
{% endmacro %}

{#- Windows cannot be partitioned by these there, nor can most be compared. -#}
{% macro bigquery__identifies(data_type) %}
    {% set type = data_type | upper %}
    {{ return(type not in ['FLOAT64', 'JSON', 'GEOGRAPHY'] and not type.startswith(('ARRAY<', 'STRUCT<', 'RANGE'))) }}
{% endmacro %}
