{#- A text without all characters but these, which mean nothing in a pattern. -#}
{% macro kept_characters(expression, characters) %}
    {{ return(adapter.dispatch('kept_characters', 'outhaul')(expression, characters)) }}
{% endmacro %}

{#- What is left without them is what has to go. -#}
{% macro default__kept_characters(expression, characters) %}
    {{ return(
        'translate(' ~ expression ~ ', translate(' ~ expression ~ ", '" ~ characters ~ "', ''), '')"
    ) }}
{% endmacro %}

{#- No character may be named twice there. -#}
{% macro bigquery__kept_characters(expression, characters) %}
    {{ return('regexp_replace(' ~ expression ~ ", '[^" ~ characters ~ "]', '')") }}
{% endmacro %}

{#- translate() is slow there. -#}
{% macro duckdb__kept_characters(expression, characters) %}
    {{ return('regexp_replace(' ~ expression ~ ", '[^" ~ characters ~ "]', '', 'g')") }}
{% endmacro %}
