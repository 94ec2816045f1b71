{#- A text without outer spaces, with the letters A to Z in lower case and no other letter
    changed. So it is the same everywhere: the warehouses' lower() differ beyond these. -#}
{% macro folded(expression) %}
    {{ return(adapter.dispatch('folded', 'outhaul')(expression)) }}
{% endmacro %}

{% macro default__folded(expression) %}
    {{ return(outhaul._translated(outhaul.trimmed(expression))) }}
{% endmacro %}

{#- lower() of the collation C knows no other letters, and is quicker. -#}
{% macro postgres__folded(expression) %}
    {{ return('lower(trim(' ~ expression ~ ') collate "C") collate "default"') }}
{% endmacro %}

{% macro redshift__folded(expression) %}
    {{ return(outhaul.default__folded(expression)) }}
{% endmacro %}

{#- translate() is slow there, and few texts have other letters. -#}
{% macro duckdb__folded(expression) %}
    {{ return(
        'case when strlen(' ~ expression ~ ') = length(' ~ expression ~ ') then lower(trim(' ~ expression
        ~ ')) else ' ~ outhaul.default__folded(expression) ~ ' end'
    ) }}
{% endmacro %}

{% macro _translated(expression) %}
    {{ return(
        'translate(' ~ expression ~ ", 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz')"
    ) }}
{% endmacro %}

{#- A text without outer spaces. -#}
{% macro trimmed(expression) %}
    {{ return(adapter.dispatch('trimmed', 'outhaul')(expression)) }}
{% endmacro %}

{% macro default__trimmed(expression) %}
    {{ return('trim(' ~ expression ~ ')') }}
{% endmacro %}

{#- trim() alone would take away white space of every kind. -#}
{% macro bigquery__trimmed(expression) %}
    {{ return('trim(' ~ expression ~ ", ' ')") }}
{% endmacro %}
