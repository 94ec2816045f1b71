{#- The type of a text of any length. -#}
{% macro type_text() %}
    {{ return(adapter.dispatch('type_text', 'outhaul')()) }}
{% endmacro %}

{% macro default__type_text() %}
    {{ return(dbt.type_string()) }}
{% endmacro %}

{#- dbt says text, which is cut off after 256 bytes there; this is the longest there is. -#}
{% macro redshift__type_text() %}
    {{ return('character varying(65535)') }}
{% endmacro %}
