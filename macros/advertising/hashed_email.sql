{#- An e-mail address as a network wants it: normal, then hashed by SHA-256. -#}
{% macro hashed_email(column, network) %}
    {{ return(adapter.dispatch('hashed_email', 'outhaul')(column, network)) }}
{% endmacro %}

{% macro default__hashed_email(column, network) %}
    {% set address = outhaul.folded('cast(' ~ column ~ ' as ' ~ outhaul.type_text() ~ ')') %}
    {% set valid -%}
        case when {{ address }} like '%_@_%' and {{ address }} not like '%@%@%' and {{ address }} not like '% %'
            then {{ address }} end
    {%- endset %}
    {{ return(outhaul._hashed_once(column, valid, outhaul._steps_of('hashed_email', 'email', network))) }}
{% endmacro %}
