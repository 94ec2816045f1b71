{#- Windows of time: which days or moments a condition on a date or a time means.

Moments are in UTC. Days are those of the call's time zone, or of UTC where it names none. -#}

{#- The operators that ask for a window, by name, with their operands. -#}
{% macro _window_operators() %}
    {{ return({
        'on': 'day',
        'on_or_before': 'day',
        'on_or_after': 'day',
        'within_last_days': 'days',
        'not_within_last_days': 'days',
        'between_days_ago': 'two days',
        'within_next_days': 'days',
        'anniversary_within_next_days': 'days',
        'in_this': 'unit',
        'in_last': 'unit',
        'in_next': 'unit',
    }) }}
{% endmacro %}

{#- Such a condition as SQL; null, and a problem, where the operand is none. -#}
{% macro _window(plan, name, column, operand, path) %}
    {% set column = outhaul._as_time(column) %}
    {% set wanted = outhaul._fault_of_window(name, outhaul._window_operators()[name], operand) %}
    {% if wanted is not none %}
        {% do plan.problems.append(path ~ ': wants ' ~ wanted ~ ', not ' ~ outhaul._shown(operand)) %}
        {{ return('null') }}
    {% elif name in ['on', 'on_or_before', 'on_or_after'] %}
        {% set start = none if name == 'on_or_before' else operand | string %}
        {% set end = none if name == 'on_or_after' else operand | string %}
        {{ return(outhaul._in_days(plan, column, start, end)) }}
    {% elif name == 'within_last_days' %}
        {{ return('(' ~ outhaul._in_window(plan, column, operand) ~ ')') }}
    {% elif name == 'not_within_last_days' %}
        {{ return('not coalesce(' ~ outhaul._in_window(plan, column, operand) ~ ', false)') }}
    {% elif name == 'between_days_ago' %}
        {{ return('(' ~ outhaul._in_window(plan, column, operand[1], operand[0]) ~ ')') }}
    {% elif name == 'within_next_days' %}
        {{ return(
            '(' ~ column.sql ~ ' >= ' ~ outhaul._moment(plan, column.type, 0)
            ~ ' and ' ~ column.sql ~ ' < ' ~ outhaul._moment(plan, column.type, 0 - operand) ~ ')'
        ) }}
    {% elif name == 'anniversary_within_next_days' %}
        {{ return(outhaul._in_anniversary(plan, column, operand)) }}
    {% endif %}
    {{ return(outhaul._in_calendar(plan, column, {'in_last': -1, 'in_this': 0, 'in_next': 1}[name], operand)) }}
{% endmacro %}

{#- What an operand should have been, or none. -#}
{% macro _fault_of_window(name, shape, operand) %}
    {% set is_list = operand is iterable and operand is not string and operand is not mapping %}
    {% if shape == 'day' and not outhaul._is_date(operand | string) %}
        {{ return('a date (YYYY-MM-DD)') }}
    {% elif shape == 'days' and not outhaul._is_days(operand) %}
        {{ return('a number of days from 1 on') }}
    {% elif name == 'anniversary_within_next_days' and operand > 365 %}
        {{ return('a number of days from 1 to 365') }}
    {% elif shape == 'two days' and not (
        is_list and operand | length == 2 and operand[0] is integer and operand[0] is not boolean
        and operand[0] >= 0 and outhaul._is_days(operand[1]) and operand[0] < operand[1]
    ) %}
        {{ return('two numbers of days, the smaller one first, such as [7, 14]') }}
    {% elif shape == 'unit' and operand not in outhaul._calendar_units() %}
        {{ return('one of ' ~ outhaul._calendar_units() | join(', ')) }}
    {% endif %}
    {{ return(none) }}
{% endmacro %}

{% macro _calendar_units() %}
    {{ return(['day', 'week', 'month', 'quarter', 'year']) }}
{% endmacro %}

{#- "column lies in the last N days": later than that many days before as_of, and not after it,
or not after so many other days before it. -#}
{% macro _in_window(plan, column, days, until=0) %}
    {% set type = column.type or dbt.type_timestamp() %}
    {{ return(
        column.sql ~ ' > ' ~ outhaul._moment(plan, type, days)
        ~ ' and ' ~ column.sql ~ ' <= ' ~ outhaul._moment(plan, type, until)
    ) }}
{% endmacro %}

{#- So many days before as_of, or before the warehouse's clock, as a value of this type. -#}
{% macro _moment(plan, type, days) %}
    {% if outhaul.column_kind(type) == 'date' and plan.time_zone is not none %}
        {{ return(outhaul._days_later(outhaul._today(plan), 0 - days)) }}
    {% elif plan.as_of is not none %}
        {{ return(outhaul.instant(outhaul._days_before(plan.as_of, days), type)) }}
    {% endif %}
    {{ return(outhaul.days_ago(days, type) if days else outhaul.instant_now(type)) }}
{% endmacro %}

{#- "column lies in these whole days", from the first to the last; none is no bound. -#}
{% macro _in_days(plan, column, first, last) %}
    {% set bounds = [] %}
    {% if column.kind == 'date' %}
        {% if first is not none and first == last %}
            {{ return(column.sql ~ ' = ' ~ outhaul.instant(first, column.type)) }}
        {% endif %}
        {% do bounds.append(column.sql ~ ' >= ' ~ outhaul.instant(first, column.type)) if first is not none %}
        {% do bounds.append(column.sql ~ ' <= ' ~ outhaul.instant(last, column.type)) if last is not none %}
    {% else %}
        {% if first is not none %}
            {% do bounds.append(column.sql ~ ' >= ' ~ outhaul._instant_of(plan, first, column.type)) %}
        {% endif %}
        {% if last is not none %}
            {% do bounds.append(column.sql ~ ' < ' ~ outhaul._instant_of(plan, outhaul._days_before(last, -1), column.type)) %}
        {% endif %}
    {% endif %}
    {{ return('(' ~ bounds | join(' and ') ~ ')' if bounds | length > 1 else bounds[0]) }}
{% endmacro %}

{#- What the user wrote of a clock in the call's time zone, as a value of this type. -#}
{% macro _instant_of(plan, text, type) %}
    {{ return(outhaul.instant(outhaul._in_utc(plan, text), type)) }}
{% endmacro %}

{#- The same in UTC. A time that the clocks pass over or show twice is that of standard time. -#}
{% macro _in_utc(plan, text) %}
    {% if plan.get('time_zone') is none %}
        {{ return(text) }}
    {% endif %}
    {% set clock = modules.datetime.datetime.fromisoformat(text[:19] | replace('T', ' ')) %}
    {% set moment = modules.pytz.timezone(plan.time_zone).localize(clock).astimezone(modules.pytz.utc) %}
    {{ return(moment.strftime('%Y-%m-%d %H:%M:%S') ~ text[19:]) }}
{% endmacro %}

{#- "column lies in this day, week, month, quarter or year", or in the one before or after. -#}
{% macro _in_calendar(plan, column, number, unit) %}
    {% set day = outhaul._day_of(plan, column) %}
    {% set start = outhaul.start_of(unit, outhaul._today(plan)) %}
    {{ return(
        '(' ~ day ~ ' >= ' ~ outhaul._units_later(start, number, unit)
        ~ ' and ' ~ day ~ ' < ' ~ outhaul._units_later(start, number + 1, unit) ~ ')'
    ) }}
{% endmacro %}

{#- A date so many days, weeks, … later. Not all warehouses know quarters there. -#}
{% macro _units_later(date, number, unit) %}
    {% set parts = {'week': ['day', 7], 'quarter': ['month', 3]}.get(unit, [unit, 1]) %}
    {% if number == 0 %}
        {{ return(date) }}
    {% endif %}
    {{ return('cast(' ~ dbt.dateadd(parts[0], number * parts[1], date) | trim ~ ' as date)') }}
{% endmacro %}

{% macro _days_later(date, days) %}
    {{ return(outhaul._units_later(date, days, 'day')) }}
{% endmacro %}

{#- "the day comes round in the next N days, of which today is the first", whatever its year.

Month and day are one number, 1231 the last. Who was born on 29 February has the 28th in
years without one. -#}
{% macro _in_anniversary(plan, column, days) %}
    {% set today = outhaul._today(plan) %}
    {% set first, last = outhaul._month_and_day(today), outhaul._month_and_day(outhaul._days_later(today, days - 1)) %}
    {% set found = outhaul._month_and_day(outhaul._day_of(plan, column)) %}
    {% set year = 'cast(extract(year from ' ~ outhaul._days_later(today, 306) ~ ') as ' ~ dbt.type_int() ~ ')' %}
    {% set is_leap = '(mod(' ~ year ~ ', 4) = 0 and (mod(' ~ year ~ ', 100) <> 0 or mod(' ~ year ~ ', 400) = 0))' %}
    {% set found = '(case when ' ~ found ~ ' = 229 and not ' ~ is_leap ~ ' then 228 else ' ~ found ~ ' end)' %}
    {{ return(
        '(case when ' ~ first ~ ' <= ' ~ last ~ ' then ' ~ found ~ ' between ' ~ first ~ ' and ' ~ last
        ~ ' else ' ~ found ~ ' >= ' ~ first ~ ' or ' ~ found ~ ' <= ' ~ last ~ ' end)'
    ) }}
{% endmacro %}

{% macro _month_and_day(date) %}
    {% set number = dbt.type_int() %}
    {{ return(
        '(100 * cast(extract(month from ' ~ date ~ ') as ' ~ number ~ ') + cast(extract(day from ' ~ date ~ ') as '
        ~ number ~ '))'
    ) }}
{% endmacro %}

{#- The day that a call counts to, in its time zone: that of as_of, or today. -#}
{% macro _today(plan) %}
    {% set zone = plan.get('time_zone') %}
    {% if plan.as_of is not none %}
        {% set day = plan.as_of[:10] %}
        {% if zone is not none %}
            {% set moment = modules.datetime.datetime.fromisoformat(plan.as_of[:19] | replace('T', ' ')) %}
            {% set day = modules.pytz.utc.localize(moment).astimezone(modules.pytz.timezone(zone)).strftime('%Y-%m-%d') %}
        {% endif %}
        {{ return("cast('" ~ day ~ "' as date)") }}
    {% endif %}
    {% set now = outhaul.now_utc() %}
    {{ return('cast(' ~ (now if zone is none else outhaul.in_zone(now, outhaul.type_instant(), zone)) ~ ' as date)') }}
{% endmacro %}

{#- The day of a column, in the call's time zone. -#}
{% macro _day_of(plan, column) %}
    {% if column.kind == 'date' %}
        {{ return(column.sql) }}
    {% elif column.kind == 'timestamp' and plan.time_zone is none %}
        {{ return('cast(' ~ column.sql ~ ' as date)') }}
    {% endif %}
    {{ return('cast(' ~ outhaul.in_zone(column.sql, column.type, plan.time_zone or 'UTC') ~ ' as date)') }}
{% endmacro %}
