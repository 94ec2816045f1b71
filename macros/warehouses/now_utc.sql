{#- The warehouse's clock as a timestamp without time zone, in UTC. -#}
{% macro now_utc() %}
    {{ return(adapter.dispatch('now_utc', 'outhaul')()) }}
{% endmacro %}

{% macro default__now_utc() %}
    {{ return('cast(' ~ dbt.current_timestamp() ~ ' as ' ~ dbt.type_timestamp() ~ ')') }}
{% endmacro %}

{#- Without a time zone, in UTC. -#}
{% macro snowflake__now_utc() %}
    {{ return('sysdate()') }}
{% endmacro %}

{#- now() stands still within a transaction, and a build is one transaction. -#}
{% macro postgres__now_utc() %}
    {{ return("(clock_timestamp() at time zone 'utc')") }}
{% endmacro %}

{#- DuckDB's current_timestamp has a time zone; a plain cast would use the session's. -#}
{% macro duckdb__now_utc() %}
    {{ return("(now() at time zone 'utc')") }}
{% endmacro %}

{#- It stands still within a transaction; those of a build are short. getdate() goes on,
    but knows no fractions of a second, which say what came first. -#}
{% macro redshift__now_utc() %}
    {{ return('sysdate') }}
{% endmacro %}

{#- The type of such a timestamp. -#}
{% macro type_instant() %}
    {{ return(adapter.dispatch('type_instant', 'outhaul')()) }}
{% endmacro %}

{% macro default__type_instant() %}
    {{ return(dbt.type_timestamp()) }}
{% endmacro %}

{#- An account may have its own idea of what "timestamp" means. -#}
{% macro snowflake__type_instant() %}
    {{ return('timestamp_ntz') }}
{% endmacro %}
