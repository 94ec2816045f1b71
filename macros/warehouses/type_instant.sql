{#- The type of the ledger's instants: a timestamp without time zone, which holds UTC. -#}
{% macro type_instant() %}
    {{ return(adapter.dispatch('type_instant', 'outhaul')()) }}
{% endmacro %}

{% macro default__type_instant() %}
    {{ return(dbt.type_timestamp()) }}
{% endmacro %}

{#- TIMESTAMP is a point in time there, which neither compares with what dbt.dateadd makes
    nor comes back without a zone. -#}
{% macro bigquery__type_instant() %}
    {{ return('datetime') }}
{% endmacro %}

{#- An account may have its own idea of what "timestamp" means. -#}
{% macro snowflake__type_instant() %}
    {{ return('timestamp_ntz') }}
{% endmacro %}
