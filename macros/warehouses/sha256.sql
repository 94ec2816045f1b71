{#- The SHA-256 of a text in UTF-8, as 64 hexadecimal digits in lower case. -#}
{% macro sha256(expression) %}
    {{ return(adapter.dispatch('sha256', 'outhaul')(expression)) }}
{% endmacro %}

{% macro default__sha256(expression) %}
    {{ return('sha2(' ~ expression ~ ', 256)') }}
{% endmacro %}

{#- It hashes bytes there, and gives bytes. -#}
{% macro postgres__sha256(expression) %}
    {{ return("encode(sha256(convert_to(" ~ expression ~ ", 'UTF8')), 'hex')") }}
{% endmacro %}

{% macro redshift__sha256(expression) %}
    {{ return(outhaul.default__sha256(expression)) }}
{% endmacro %}

{#- Another name there. -#}
{% macro duckdb__sha256(expression) %}
    {{ return('sha256(' ~ expression ~ ')') }}
{% endmacro %}

{#- It gives bytes there. -#}
{% macro bigquery__sha256(expression) %}
    {{ return('to_hex(sha256(' ~ expression ~ '))') }}
{% endmacro %}
