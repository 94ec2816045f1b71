{#- Values that a user wrote in a condition, checked and as SQL. -#}

{#- A value as a literal to compare a column with; a problem where it is of another kind. -#}
{% macro _value(plan, value, column, path) %}
    {% set kind = column.kind %}
    {% set wanted = none %}
    {% set text = value | string %}
    {% if value is none %}
        {% set wanted = 'a value (for missing ones there are is_null and is_not_null)' %}
    {% elif value is mapping or (value is iterable and value is not string) %}
        {% set wanted = 'one value' %}
    {% elif kind == 'number' %}
        {% set wanted = 'a number' if value is not number or value is boolean else none %}
    {% elif kind == 'text' %}
        {% set wanted = 'text' if value is not string else none %}
    {% elif kind == 'boolean' %}
        {% set wanted = 'true or false' if value is not boolean else none %}
    {% elif kind == 'date' %}
        {% set wanted = 'a date (YYYY-MM-DD)' if not outhaul._is_date(text) else none %}
    {% elif kind in ['timestamp', 'timestamp with time zone'] %}
        {% if not outhaul._is_instant(text) %}
            {% set wanted = 'a date (YYYY-MM-DD) or a time (YYYY-MM-DD HH:MM:SS) in UTC' %}
        {% endif %}
    {% endif %}
    {% if wanted is none and value is number and value is not boolean
        and not modules.re.match('^-?[0-9]+([.][0-9]+)?(e[+-]?[0-9]+)?$', text) %}
        {% set wanted = 'a finite number' %}
    {% endif %}
    {% if wanted is not none %}
        {% do plan.problems.append(
            path ~ ": the column '" ~ column.name ~ "'" ~ (' (' ~ column.type ~ ')' if column.type else '')
            ~ ' wants ' ~ wanted ~ ', not ' ~ outhaul._shown(value)
        ) %}
        {{ return('null') }}
    {% endif %}
    {% if kind == 'date' %}
        {{ return(outhaul.instant(text, column.type)) }}
    {% elif kind in ['timestamp', 'timestamp with time zone'] %}
        {{ return(outhaul._instant_of(plan, text, column.type)) }}
    {% elif value is boolean %}
        {{ return('true' if value else 'false') }}
    {% elif value is number %}
        {{ return(text) }}
    {% endif %}
    {{ return('lower(' ~ outhaul.literal(text) ~ ')' if column.ignores_case else outhaul.literal(text)) }}
{% endmacro %}

{#- Whether a text is a day that there is, as YYYY-MM-DD. -#}
{% macro _is_date(text) %}
    {% if not modules.re.match('^[0-9]{4}-[0-9]{2}-[0-9]{2}$', text) %}
        {{ return(false) }}
    {% endif %}
    {% set year = text[:4] | int %}
    {% set month = text[5:7] | int %}
    {% set is_leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) %}
    {% set days = [31, 29 if is_leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] %}
    {{ return(
        year > 0 and month in range(1, 13) and text[8:10] | int in range(1, days[month - 1] + 1)
    ) }}
{% endmacro %}

{#- Whether a text is such a day, with or without a time of day. -#}
{% macro _is_instant(text) %}
    {% if text | length == 10 %}
        {{ return(outhaul._is_date(text)) }}
    {% endif %}
    {{ return(
        outhaul._is_date(text[:10]) and modules.re.match(
            '^[ T]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,6})?)?$', text[10:]
        ) is not none
    ) }}
{% endmacro %}

{#- The text of an instant some days earlier (later where negative). -#}
{% macro _days_before(text, days) %}
    {% set day = modules.datetime.datetime.strptime(text[:10], '%Y-%m-%d') %}
    {{ return((day - modules.datetime.timedelta(days=days)).strftime('%Y-%m-%d') ~ text[10:]) }}
{% endmacro %}

{#- Whether a value is a whole number of days, from 1 on. -#}
{% macro _is_days(value) %}
    {{ return(value is integer and value is not boolean and value > 0) }}
{% endmacro %}
