{#- The key of an audience's member: a hash of all that identifies it. -#}
{% macro member_id(columns) %}
    {{ return(adapter.dispatch('member_id', 'outhaul')(columns)) }}
{% endmacro %}

{% macro default__member_id(columns) %}
    {% set parts = [] %}
    {% for column in ([columns] if columns is string else columns) %}
        {% do parts.append('coalesce(cast(' ~ column ~ ' as ' ~ outhaul.type_text() ~ "), '')") %}
    {% endfor %}
    {% set joined = parts | join(" || '|' || ") %}
    {{ return(
        'case when replace(' ~ joined ~ ", '|', '') <> '' then " ~ outhaul.sha256(joined) ~ ' end'
    ) }}
{% endmacro %}
