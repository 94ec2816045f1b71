{#- The first day of the day, week, month, quarter or year that a date is in; weeks begin on Mondays. -#}
{% macro start_of(unit, date) %}
    {{ return(date if unit == 'day' else adapter.dispatch('start_of', 'outhaul')(unit, date)) }}
{% endmacro %}

{% macro default__start_of(unit, date) %}
    {{ return("cast(date_trunc('" ~ unit ~ "', " ~ date ~ ') as date)') }}
{% endmacro %}

{#- An account may have its own idea of the first day of a week. -#}
{% macro snowflake__start_of(unit, date) %}
    {% if unit == 'week' %}
        {{ return('dateadd(day, 1 - dayofweekiso(' ~ date ~ '), ' ~ date ~ ')') }}
    {% endif %}
    {{ return(outhaul.default__start_of(unit, date)) }}
{% endmacro %}

{#- Its weeks begin on Sundays, the first of their days. -#}
{% macro bigquery__start_of(unit, date) %}
    {% if unit == 'week' %}
        {{ return('date_sub(' ~ date ~ ', interval mod(extract(dayofweek from ' ~ date ~ ') + 5, 7) day)') }}
    {% endif %}
    {{ return('date_trunc(' ~ date ~ ', ' ~ unit ~ ')') }}
{% endmacro %}
