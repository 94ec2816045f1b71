{#- What can be computed over related rows: which kinds of columns it takes, and the
    value where there are no rows. -#}
{% macro _measures() %}
    {% set times = ['date', 'timestamp', 'timestamp with time zone'] %}
    {% set ordered = ['number', 'text'] + times %}
    {% set plain = ordered + ['boolean', 'other'] %}
    {{ return({
        'count': {'kinds': plain, 'empty': 0, 'kind': 'number'},
        'count_distinct': {'kinds': plain, 'empty': 0, 'kind': 'number'},
        'sum': {'kinds': ['number'], 'empty': 0, 'kind': 'number'},
        'average': {'kinds': ['number'], 'empty': none, 'kind': 'number'},
        'min': {'kinds': ordered, 'empty': none},
        'max': {'kinds': ordered, 'empty': none},
        'first': {'kinds': plain, 'empty': none},
        'last': {'kinds': plain, 'empty': none},
        'most_frequent': {'kinds': ordered + ['boolean'], 'empty': none},
        'list': {'kinds': plain, 'empty': none, 'kind': 'text'},
        'ordered_list': {'kinds': plain, 'empty': none, 'kind': 'text'},
        'array': {'kinds': plain, 'empty': none, 'kind': 'other'},
        'ordered_array': {'kinds': plain, 'empty': none, 'kind': 'other'},
        'median': {'kinds': ['number'], 'empty': none, 'kind': 'number'},
        'percentile': {'kinds': ['number'], 'empty': none, 'kind': 'number'},
        'standard_deviation': {'kinds': ['number'], 'empty': none, 'kind': 'number'},
        'least_frequent': {'kinds': ordered + ['boolean'], 'empty': none},
        'nth': {'kinds': plain, 'empty': none},
        'share': {'kinds': plain, 'empty': none, 'kind': 'number'},
        'active_days': {'kinds': times, 'empty': 0, 'kind': 'number'},
        'days_spanned': {'kinds': times, 'empty': none, 'kind': 'number'},
        'days_between': {'kinds': times, 'empty': none, 'kind': 'number'},
    }) }}
{% endmacro %}

{#- Find the one measure that a mapping has, with its column; none, and a problem, otherwise.

Returns {function, column, plan}; `column` is none for the count of all rows ('*') and for
`share`, which has the condition as `met`. Of a percentile also `at`. -#}
{% macro _measure(given, allowed, scope, path) %}
    {% set plan = scope.plan %}
    {% set named = given.keys() | select('in', allowed) | list %}
    {% if named | length != 1 %}
        {% do plan.problems.append(
            path ~ ': wants one of ' ~ allowed | join(', ') ~ (', not ' ~ named | join(' and ') if named else '')
        ) %}
        {{ return(none) }}
    {% endif %}
    {% set function = named[0] %}
    {% if function == 'count' and given.count in ['*', true] %}
        {{ return({'function': 'count', 'column': none}) }}
    {% elif function == 'share' %}
        {% set met = outhaul._conjuncts(given.share, path ~ '.share', scope) | join(' and ') %}
        {{ return({'function': 'share', 'column': none, 'met': met}) }}
    {% endif %}
    {% set column = outhaul._column(scope, given[function], path ~ '.' ~ function) %}
    {% set kinds = outhaul._measures()[function].kinds %}
    {% if column is none %}
        {{ return(none) }}
    {% elif column.kind is not none and column.kind not in kinds %}
        {% do plan.problems.append(
            path ~ ": '" ~ function ~ "' does not apply to the column '" ~ column.name ~ "' (" ~ column.type
            ~ '), only to ' ~ kinds | join(', ')
        ) %}
        {{ return(none) }}
    {% elif function == 'percentile' and not outhaul._is_share(given.get('at')) %}
        {% do plan.problems.append(path ~ '.at: wants a share from 0 to 1, not ' ~ outhaul._shown(given.get('at'))) %}
        {{ return(none) }}
    {% elif function in ['array', 'ordered_array'] and outhaul.array_of('', none, none) is none %}
        {% do plan.problems.append(path ~ ": there are no arrays on this warehouse: use 'list' or 'ordered_list'") %}
        {{ return(none) }}
    {% endif %}
    {{ return({
        'function': 'percentile' if function == 'median' else function, 'column': outhaul._as_time(column)
            if function in ['active_days', 'days_spanned', 'days_between'] else column,
        'at': 0.5 if function == 'median' else given.get('at'), 'plan': plan,
    }) }}
{% endmacro %}

{#- The aggregate, over the rows that meet the condition; none where it needs a step of its own. -#}
{% macro _measure_sql(measure, condition) %}
    {% set function = measure.function %}
    {% if function == 'share' %}
        {% set counted = outhaul._if_counted('1', condition) %}
        {% set met = outhaul._if_counted('1', (condition ~ ' and ' if condition else '') ~ measure.met) %}
        {{ return('cast(count(' ~ met ~ ') as ' ~ outhaul.type_double() ~ ') / nullif(count(' ~ counted ~ '), 0)') }}
    {% elif measure.column is none %}
        {{ return('count(case when ' ~ condition ~ ' then 1 end)' if condition else 'count(*)') }}
    {% endif %}
    {% set sql = measure.column.sql %}
    {% set counted = outhaul._if_counted(sql, condition) %}
    {% if function == 'count_distinct' %}
        {{ return('count(distinct ' ~ counted ~ ')') }}
    {% elif function == 'average' %}
        {{ return('avg(' ~ counted ~ ')') }}
    {% elif function == 'standard_deviation' %}
        {{ return('stddev_samp(' ~ counted ~ ')') }}
    {% elif function == 'percentile' %}
        {{ return(outhaul.percentile_of(counted, measure.at)) }}
    {% elif function in ['active_days', 'days_spanned', 'days_between'] %}
        {{ return(outhaul._days_measured(measure, counted)) }}
    {% elif function in ['least_frequent', 'nth'] %}
        {{ return(none) }}
    {% elif function in ['first', 'last'] %}
        {{ return(outhaul.value_at_end(function, sql, measure.time.sql, condition, measure.column.type)) }}
    {% elif function == 'most_frequent' %}
        {{ return(outhaul.most_frequent_value(sql, condition)) }}
    {% elif function == 'list' %}
        {{ return(outhaul.joined_values(sql, measure.separator, condition)) }}
    {% elif function == 'ordered_list' %}
        {{ return(outhaul.joined_in_order(sql, measure.time.sql, measure.separator, condition)) }}
    {% elif function in ['array', 'ordered_array'] %}
        {{ return(outhaul.array_of(sql, measure.time.sql if function == 'ordered_array' else none, condition)) }}
    {% endif %}
    {{ return(function ~ '(' ~ counted ~ ')') }}
{% endmacro %}

{#- Different days, days from the first to the last one, and on average from one row to the next. -#}
{% macro _days_measured(measure, counted) %}
    {% set plan, column = measure.plan, measure.column %}
    {% if measure.function == 'active_days' %}
        {{ return('count(distinct ' ~ outhaul._day_of(plan, dict(column, sql=counted)) ~ ')') }}
    {% endif %}
    {% set first = outhaul._day_of(plan, dict(column, sql='min(' ~ counted ~ ')')) %}
    {% set last = outhaul._day_of(plan, dict(column, sql='max(' ~ counted ~ ')')) %}
    {% set days = dbt.datediff(first, last, 'day') | trim %}
    {% if measure.function == 'days_spanned' %}
        {{ return('cast(' ~ days ~ ' as ' ~ dbt.type_bigint() ~ ')') }}
    {% endif %}
    {{ return('cast(' ~ days ~ ' as ' ~ outhaul.type_double() ~ ') / nullif(count(' ~ counted ~ ') - 1, 0)') }}
{% endmacro %}

{#- Which related rows count: those that meet `where` and lie in the window of days. -#}
{% macro _counted_rows(given, scope, path, is_filter=false) %}
    {% set conditions = [] %}
    {% if given.where is defined %}
        {% do conditions.extend(outhaul._conjuncts(given.where, path ~ '.where', scope, is_filter)) %}
    {% endif %}
    {% if given.within_days is defined %}
        {% set time = outhaul._time_column(given, scope, path) %}
        {% if not outhaul._is_days(given.within_days) %}
            {% do scope.plan.problems.append(
                path ~ '.within_days: wants a number of days from 1 on, not ' ~ outhaul._shown(given.within_days)
            ) %}
        {% elif time is not none %}
            {% do conditions.append(outhaul._in_window(scope.plan, time, given.within_days)) %}
        {% endif %}
    {% endif %}
    {{ return(conditions) }}
{% endmacro %}

{#- The column that says when a related row happened; none, and a problem, where there is none. -#}
{% macro _time_column(given, scope, path) %}
    {% if given.time is not defined %}
        {% do scope.plan.problems.append(path ~ ": 'time' is missing: the column of " ~ scope.label ~ ' that says when') %}
        {{ return(none) }}
    {% endif %}
    {% set column = outhaul._column(scope, given.time, path ~ '.time') %}
    {% if column is not none and column.kind is not none
        and column.kind not in ['date', 'timestamp', 'timestamp with time zone'] %}
        {% do scope.plan.problems.append(
            path ~ ".time: the column '" ~ column.name ~ "' (" ~ column.type ~ ') is neither a date nor a time'
        ) %}
    {% endif %}
    {{ return(column) }}
{% endmacro %}
