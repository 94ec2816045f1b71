{#- A column name, as the warehouse stores it, quoted for use in a statement. -#}
{% macro quoted(name) %}
    {{ return(adapter.dispatch('quoted', 'outhaul')(name)) }}
{% endmacro %}

{% macro default__quoted(name) %}
    {{ return(adapter.quote(name | replace('"', '""'))) }}
{% endmacro %}

{#- Names are in backticks there. -#}
{% macro spark__quoted(name) %}
    {{ return('`' ~ name | replace('`', '``') ~ '`') }}
{% endmacro %}

{#- A backslash begins an escape there, also in names. -#}
{% macro bigquery__quoted(name) %}
    {{ return(adapter.quote(name | replace('\\', '\\\\') | replace('`', '\\`'))) }}
{% endmacro %}
