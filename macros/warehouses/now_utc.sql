{#- The warehouse's clock as a timestamp without time zone, in UTC. -#}
{% macro now_utc() %}
    {{ return(adapter.dispatch('now_utc', 'outhaul')()) }}
{% endmacro %}

{% macro default__now_utc() %}
    {{ return('cast(' ~ dbt.current_timestamp() ~ ' as ' ~ outhaul.type_instant() ~ ')') }}
{% endmacro %}

{#- Without a time zone, in UTC. -#}
{% macro snowflake__now_utc() %}
    {{ return('sysdate()') }}
{% endmacro %}

{#- now() stands still within a transaction, and a build is one transaction. -#}
{% macro postgres__now_utc() %}
    {{ return("(clock_timestamp() at time zone 'utc')") }}
{% endmacro %}

{#- TIMESTAMP is a point in time there; see type_instant. -#}
{% macro bigquery__now_utc() %}
    {{ return('datetime(current_timestamp())') }}
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
