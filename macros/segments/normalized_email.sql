{#- The normal form of an e-mail address: A to Z in lower case, no spaces around it. -#}
{% macro normalized_email(column) %}
    {{ return(adapter.dispatch('normalized_email', 'outhaul')(column)) }}
{% endmacro %}

{% macro default__normalized_email(column) -%}
    {{ outhaul.folded(column) }}
{%- endmacro %}
