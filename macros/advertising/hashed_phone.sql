{#- A phone number as a network wants it: international, then hashed by SHA-256. -#}
{% macro hashed_phone(column, network, country=none) %}
    {{ return(adapter.dispatch('hashed_phone', 'outhaul')(column, network, country)) }}
{% endmacro %}

{% macro default__hashed_phone(column, network, country) %}
    {% set digits = outhaul._phone_compact('cast(' ~ column ~ ' as ' ~ outhaul.type_text() ~ ')') %}
    {% set problems = [] %}
    {% set international = 'case when ' ~ digits ~ " like '+%' then " ~ digits ~ ' end' %}
    {% if country is not none %}
        {% set dialled = outhaul._country({'plan': {'problems': problems}}, country, 'country') %}
        {% set international = outhaul._phone_international(digits, dialled) %}
    {% endif %}
    {% if problems %}
        {% do outhaul._refuse_identifier('hashed_phone', problems[0]) %}
    {% endif %}
    {% set valid = outhaul._phone_valid('(' ~ international ~ ')') %}
    {{ return(outhaul._hashed_once(column, valid, outhaul._steps_of('hashed_phone', 'phone', network))) }}
{% endmacro %}
