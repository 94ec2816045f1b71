{#- A time that the user wrote, as a value of this type: YYYY-MM-DD, or with HH:MM:SS, in UTC. -#}
{% macro instant(text, data_type) %}
    {{ return(adapter.dispatch('instant', 'outhaul')(text, data_type)) }}
{% endmacro %}

{% macro default__instant(text, data_type) %}
    {% set kind = outhaul.column_kind(data_type) %}
    {% if kind == 'date' %}
        {{ return("cast('" ~ text[:10] ~ "' as date)") }}
    {% endif %}
    {% set time = text[11:] if text | length > 10 else '00:00:00' %}
    {% set zone = '+00:00' if kind == 'timestamp with time zone' else '' %}
    {{ return("cast('" ~ text[:10] ~ ' ' ~ time ~ zone ~ "' as " ~ data_type ~ ')') }}
{% endmacro %}

{#- The warehouse's clock as a value of this type. -#}
{% macro instant_now(data_type) %}
    {{ return(adapter.dispatch('instant_now', 'outhaul')(data_type)) }}
{% endmacro %}

{% macro default__instant_now(data_type) %}
    {% if outhaul.column_kind(data_type) == 'timestamp with time zone' %}
        {{ return('current_timestamp') }}
    {% endif %}
    {{ return('cast(' ~ outhaul.now_utc() ~ ' as ' ~ data_type ~ ')') }}
{% endmacro %}

{#- current_timestamp needs its parentheses there. -#}
{% macro bigquery__instant_now(data_type) %}
    {% if outhaul.column_kind(data_type) == 'timestamp with time zone' %}
        {{ return('current_timestamp()') }}
    {% endif %}
    {{ return('cast(' ~ outhaul.now_utc() ~ ' as ' ~ data_type ~ ')') }}
{% endmacro %}

{#- So many days before the warehouse's clock, as a value of this type. -#}
{% macro days_ago(days, data_type) %}
    {{ return(adapter.dispatch('days_ago', 'outhaul')(days, data_type)) }}
{% endmacro %}

{#- Hours where there is a time zone: a day of the session's zone may have 23 of them. -#}
{% macro default__days_ago(days, data_type) %}
    {% set now = outhaul.instant_now(data_type) %}
    {% if outhaul.column_kind(data_type) == 'timestamp with time zone' %}
        {% set earlier = dbt.dateadd('hour', 0 - 24 * days, now) %}
    {% else %}
        {% set earlier = dbt.dateadd('day', 0 - days, now) %}
    {% endif %}
    {{ return('cast(' ~ earlier ~ ' as ' ~ data_type ~ ')') }}
{% endmacro %}
