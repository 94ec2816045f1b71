{#- A time of this type, which is in UTC or has a time zone, as the clocks of a zone show it. -#}
{% macro in_zone(expression, data_type, zone) %}
    {{ return(adapter.dispatch('in_zone', 'outhaul')(expression, data_type, zone)) }}
{% endmacro %}

{% macro default__in_zone(expression, data_type, zone) %}
    {% set has_zone = outhaul.column_kind(data_type) == 'timestamp with time zone' %}
    {% set moment = expression if has_zone else '(' ~ expression ~ " at time zone 'UTC')" %}
    {{ return('(' ~ moment ~ ' at time zone ' ~ outhaul.literal(zone) ~ ')') }}
{% endmacro %}

{% macro snowflake__in_zone(expression, data_type, zone) %}
    {% if outhaul.column_kind(data_type) == 'timestamp with time zone' %}
        {{ return('cast(convert_timezone(' ~ outhaul.literal(zone) ~ ', ' ~ expression ~ ') as timestamp_ntz)') }}
    {% endif %}
    {{ return("convert_timezone('UTC', " ~ outhaul.literal(zone) ~ ', cast(' ~ expression ~ ' as timestamp_ntz))') }}
{% endmacro %}

{% macro bigquery__in_zone(expression, data_type, zone) %}
    {% set has_zone = outhaul.column_kind(data_type) == 'timestamp with time zone' %}
    {% set moment = expression if has_zone else 'timestamp(' ~ expression ~ ", 'UTC')" %}
    {{ return('datetime(' ~ moment ~ ', ' ~ outhaul.literal(zone) ~ ')') }}
{% endmacro %}

{#- Without the first zone, a point in time is taken in that of the session. -#}
{% macro spark__in_zone(expression, data_type, zone) %}
    {% set has_zone = outhaul.column_kind(data_type) == 'timestamp with time zone' %}
    {{ return(
        'convert_timezone(' ~ ('' if has_zone else "'UTC', ") ~ outhaul.literal(zone) ~ ', ' ~ expression ~ ')'
    ) }}
{% endmacro %}
