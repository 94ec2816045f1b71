{#- Any other kind of identifier as a network wants it, hashed by SHA-256. -#}
{% macro hashed_identifier(column, kind, network) %}
    {{ return(adapter.dispatch('hashed_identifier', 'outhaul')(column, kind, network)) }}
{% endmacro %}

{% macro default__hashed_identifier(column, kind, network) %}
    {% if kind in ['email', 'phone'] %}
        {% do outhaul._refuse_identifier('hashed_identifier', 'use outhaul.hashed_' ~ kind) %}
    {% endif %}
    {% set steps = outhaul._steps_of('hashed_identifier', kind, network) %}
    {% if kind == 'birth_date' %}
        {% set day = 'cast(cast(' ~ column ~ ' as date) as ' ~ outhaul.type_text() ~ ')' %}
        {{ return(outhaul.sha256('replace(' ~ day ~ ", '-', '')")) }}
    {% endif %}
    {{ return(outhaul._hashed_once(column, outhaul._as_trimmed_text(column), steps)) }}
{% endmacro %}
