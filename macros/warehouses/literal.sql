{#- A text as a string literal of the warehouse. -#}
{% macro literal(value) %}
    {{ return(adapter.dispatch('literal', 'outhaul')(value)) }}
{% endmacro %}

{% macro default__literal(value) %}
    {{ return("'" ~ (value | string | replace("'", "''")) ~ "'") }}
{% endmacro %}

{#- A backslash begins an escape there, so a quote after one would end the literal. -#}
{% macro snowflake__literal(value) %}
    {{ return(outhaul.default__literal(value | string | replace('\\', '\\\\'))) }}
{% endmacro %}

{#- The same. -#}
{% macro redshift__literal(value) %}
    {{ return(outhaul.snowflake__literal(value)) }}
{% endmacro %}

{#- The same, two quotes do not stand for one, and a literal ends with its line. -#}
{% macro bigquery__literal(value) %}
    {% set escaped = value | string | replace('\\', '\\\\') | replace("'", "\\'") %}
    {{ return("'" ~ (escaped | replace('\r', '\\r') | replace('\n', '\\n')) ~ "'") }}
{% endmacro %}

{#- Databricks too: two quotes would join two literals. -#}
{% macro spark__literal(value) %}
    {{ return(outhaul.bigquery__literal(value)) }}
{% endmacro %}
