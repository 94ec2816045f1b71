{#- Aggregates that every warehouse writes in its own way. `condition` is the SQL of the
    rows that count, or none. Where the warehouse has no aggregate that gives the same
    value at every run, the macro returns none and a step of its own picks the value. -#}

{#- The value of the earliest (or latest) row; of rows at the same time the smallest (or largest). -#}
{% macro value_at_end(which, expression, time, condition, data_type) %}
    {{ return(adapter.dispatch('value_at_end', 'outhaul')(which, expression, time, condition, data_type)) }}
{% endmacro %}

{% macro default__value_at_end(which, expression, time, condition, data_type) %}
    {{ return(none) }}
{% endmacro %}

{% macro duckdb__value_at_end(which, expression, time, condition, data_type) %}
    {{ return(
        which ~ '(' ~ expression ~ ' order by ' ~ time ~ ', ' ~ expression
        ~ ') filter (where ' ~ outhaul._present(expression, time, condition) ~ ')'
    ) }}
{% endmacro %}

{% macro postgres__value_at_end(which, expression, time, condition, data_type) %}
    {% set direction = '' if which == 'first' else ' desc' %}
    {{ return(
        '(array_agg(' ~ expression ~ ' order by ' ~ time ~ direction ~ ', ' ~ expression ~ direction
        ~ ') filter (where ' ~ outhaul._present(expression, time, condition) ~ '))[1]'
    ) }}
{% endmacro %}

{#- No arrays of that kind there. -#}
{% macro redshift__value_at_end(which, expression, time, condition, data_type) %}
    {{ return(none) }}
{% endmacro %}

{% macro snowflake__value_at_end(which, expression, time, condition, data_type) %}
    {% set direction = '' if which == 'first' else ' desc' %}
    {% if not data_type %}
        {{ return(none) }}
    {% endif %}
    {{ return(
        'cast(get(array_agg(case when ' ~ outhaul._present(expression, time, condition) ~ ' then '
        ~ expression ~ ' end) within group (order by ' ~ time ~ direction ~ ', ' ~ expression ~ direction
        ~ '), 0) as ' ~ data_type ~ ')'
    ) }}
{% endmacro %}

{#- Rows that do not count come last, as a null that is picked only where there is no other. -#}
{% macro bigquery__value_at_end(which, expression, time, condition, data_type) %}
    {% set direction = '' if which == 'first' else ' desc' %}
    {% set present = outhaul._present(expression, time, condition) %}
    {{ return(
        'array_agg(case when ' ~ present ~ ' then ' ~ expression ~ ' end order by case when ' ~ present
        ~ ' then 0 else 1 end, ' ~ time ~ direction ~ ', ' ~ expression ~ direction ~ ' limit 1)[safe_offset(0)]'
    ) }}
{% endmacro %}

{% macro spark__value_at_end(which, expression, time, condition, data_type) %}
    {{ return(
        ('min_by(' if which == 'first' else 'max_by(') ~ expression ~ ', struct(' ~ time ~ ', ' ~ expression ~ '))'
        ~ ' filter (where ' ~ outhaul._present(expression, time, condition) ~ ')'
    ) }}
{% endmacro %}

{#- The value that most rows have; of equally frequent ones the smallest. -#}
{% macro most_frequent_value(expression, condition) %}
    {{ return(adapter.dispatch('most_frequent_value', 'outhaul')(expression, condition)) }}
{% endmacro %}

{% macro default__most_frequent_value(expression, condition) %}
    {{ return(none) }}
{% endmacro %}

{#- In order, mode() keeps the first of the equally frequent. -#}
{% macro duckdb__most_frequent_value(expression, condition) %}
    {{ return(
        'mode(' ~ outhaul._if_counted(expression, condition) ~ ' order by ' ~ expression ~ ')'
    ) }}
{% endmacro %}

{% macro postgres__most_frequent_value(expression, condition) %}
    {{ return(
        'mode() within group (order by ' ~ expression ~ ')'
        ~ (' filter (where ' ~ condition ~ ')' if condition else '')
    ) }}
{% endmacro %}

{% macro redshift__most_frequent_value(expression, condition) %}
    {{ return(none) }}
{% endmacro %}

{#- The distinct values as one text, in order. -#}
{% macro joined_values(expression, separator, condition) %}
    {{ return(adapter.dispatch('joined_values', 'outhaul')(expression, separator, condition)) }}
{% endmacro %}

{% macro default__joined_values(expression, separator, condition) %}
    {% set text = 'cast(' ~ outhaul._if_counted(expression, condition) ~ ' as ' ~ outhaul.type_text() ~ ')' %}
    {{ return(
        'nullif(listagg(distinct ' ~ text ~ ', ' ~ outhaul.literal(separator)
        ~ ') within group (order by ' ~ text ~ "), '')"
    ) }}
{% endmacro %}

{% macro duckdb__joined_values(expression, separator, condition) %}
    {% set text = 'cast(' ~ outhaul._if_counted(expression, condition) ~ ' as ' ~ outhaul.type_text() ~ ')' %}
    {{ return(
        'string_agg(distinct ' ~ text ~ ', ' ~ outhaul.literal(separator) ~ ' order by ' ~ text ~ ')'
    ) }}
{% endmacro %}

{% macro postgres__joined_values(expression, separator, condition) %}
    {{ return(outhaul.duckdb__joined_values(expression, separator, condition)) }}
{% endmacro %}

{% macro redshift__joined_values(expression, separator, condition) %}
    {{ return(outhaul.default__joined_values(expression, separator, condition)) }}
{% endmacro %}

{% macro bigquery__joined_values(expression, separator, condition) %}
    {{ return(outhaul.duckdb__joined_values(expression, separator, condition)) }}
{% endmacro %}

{% macro spark__joined_values(expression, separator, condition) %}
    {% set text = 'cast(' ~ outhaul._if_counted(expression, condition) ~ ' as ' ~ outhaul.type_text() ~ ')' %}
    {{ return('nullif(array_join(array_sort(collect_set(' ~ text ~ ')), ' ~ outhaul.literal(separator) ~ "), '')") }}
{% endmacro %}

{#- A percentile, between two values where it lies between them; median is that of 0.5. -#}
{% macro percentile_of(expression, share) %}
    {{ return(adapter.dispatch('percentile_of', 'outhaul')(expression, share)) }}
{% endmacro %}

{% macro default__percentile_of(expression, share) %}
    {{ return(
        'percentile_cont(' ~ share ~ ') within group (order by cast(' ~ expression ~ ' as ' ~ outhaul.type_double() ~ '))'
    ) }}
{% endmacro %}

{% macro duckdb__percentile_of(expression, share) %}
    {{ return('quantile_cont(cast(' ~ expression ~ ' as double), ' ~ share ~ ')') }}
{% endmacro %}

{#- A window function alone there. -#}
{% macro bigquery__percentile_of(expression, share) %}
    {{ return(none) }}
{% endmacro %}

{#- All such aggregates of a query must have one order there, and none may count distinct values. -#}
{% macro redshift__percentile_of(expression, share) %}
    {{ return(none) }}
{% endmacro %}

{% macro spark__percentile_of(expression, share) %}
    {{ return('percentile(' ~ expression ~ ', ' ~ share ~ ')') }}
{% endmacro %}

{#- All values as one text, in the order of a time, and of equal times in their own. -#}
{% macro joined_in_order(expression, time, separator, condition) %}
    {{ return(adapter.dispatch('joined_in_order', 'outhaul')(expression, time, separator, condition)) }}
{% endmacro %}

{% macro default__joined_in_order(expression, time, separator, condition) %}
    {% set present = outhaul._present(expression, time, condition) %}
    {% set text = 'cast(' ~ outhaul._if_counted(expression, present) ~ ' as ' ~ outhaul.type_text() ~ ')' %}
    {{ return(
        'nullif(listagg(' ~ text ~ ', ' ~ outhaul.literal(separator)
        ~ ') within group (order by ' ~ time ~ ', ' ~ text ~ "), '')"
    ) }}
{% endmacro %}

{% macro duckdb__joined_in_order(expression, time, separator, condition) %}
    {% set present = outhaul._present(expression, time, condition) %}
    {% set text = 'cast(' ~ outhaul._if_counted(expression, present) ~ ' as ' ~ outhaul.type_text() ~ ')' %}
    {{ return('string_agg(' ~ text ~ ', ' ~ outhaul.literal(separator) ~ ' order by ' ~ time ~ ', ' ~ text ~ ')') }}
{% endmacro %}

{% macro postgres__joined_in_order(expression, time, separator, condition) %}
    {{ return(outhaul.duckdb__joined_in_order(expression, time, separator, condition)) }}
{% endmacro %}

{#- All such lists of a query must have one order there, so each has a step of its own. -#}
{% macro redshift__joined_in_order(expression, time, separator, condition) %}
    {{ return(none) }}
{% endmacro %}

{% macro bigquery__joined_in_order(expression, time, separator, condition) %}
    {{ return(outhaul.duckdb__joined_in_order(expression, time, separator, condition)) }}
{% endmacro %}

{% macro spark__joined_in_order(expression, time, separator, condition) %}
    {% set text = 'cast(' ~ expression ~ ' as ' ~ outhaul.type_text() ~ ')' %}
    {{ return(
        "nullif(array_join(transform(array_sort(collect_list(" ~ outhaul._if_counted(
            "named_struct('at', " ~ time ~ ", 'text', " ~ text ~ ')', outhaul._present(expression, time, condition)
        ) ~ ')), each -> each.text), ' ~ outhaul.literal(separator) ~ "), '')"
    ) }}
{% endmacro %}

{#- The values as an array: the different ones in order, or with `time` all of them in its
order; null where there are none, and none where there are no arrays. -#}
{% macro array_of(expression, time, condition) %}
    {{ return(adapter.dispatch('array_of', 'outhaul')(expression, time, condition)) }}
{% endmacro %}

{% macro default__array_of(expression, time, condition) %}
    {% set counted = outhaul._if_counted(expression, outhaul._present(expression, time, condition) if time else condition) %}
    {% set rows = 'array_agg(' ~ ('' if time else 'distinct ') ~ counted ~ ') within group (order by '
        ~ (time ~ ', ' if time else '') ~ counted ~ ')' %}
    {{ return('case when count(' ~ counted ~ ') > 0 then ' ~ rows ~ ' end') }}
{% endmacro %}

{% macro duckdb__array_of(expression, time, condition) %}
    {{ return(outhaul.postgres__array_of(expression, time, condition)) }}
{% endmacro %}

{% macro postgres__array_of(expression, time, condition) %}
    {{ return(
        'array_agg(' ~ ('' if time else 'distinct ') ~ expression ~ ' order by ' ~ (time ~ ', ' if time else '')
        ~ expression ~ ') filter (where ' ~ outhaul._present(expression, time or expression, condition) ~ ')'
    ) }}
{% endmacro %}

{% macro redshift__array_of(expression, time, condition) %}
    {{ return(none) }}
{% endmacro %}

{% macro bigquery__array_of(expression, time, condition) %}
    {% set counted = outhaul._if_counted(expression, outhaul._present(expression, time, condition) if time else condition) %}
    {{ return(
        'array_agg(' ~ ('' if time else 'distinct ') ~ counted ~ ' ignore nulls order by ' ~ (time ~ ', ' if time else '')
        ~ counted ~ ')'
    ) }}
{% endmacro %}

{% macro spark__array_of(expression, time, condition) %}
    {% set counted = outhaul._if_counted(expression, condition) %}
    {% set array = 'array_sort(collect_set(' ~ counted ~ '))' %}
    {% if time %}
        {% set array = 'transform(array_sort(collect_list(' ~ outhaul._if_counted(
            "named_struct('at', " ~ time ~ ", 'value', " ~ expression ~ ')', outhaul._present(expression, time, condition)
        ) ~ ')), each -> each.value)' %}
    {% endif %}
    {{ return('case when count(' ~ counted ~ ') > 0 then ' ~ array ~ ' end') }}
{% endmacro %}

{#- The rows that have both a value and a time, and count. -#}
{% macro _present(expression, time, condition) %}
    {{ return(
        expression ~ ' is not null and ' ~ time ~ ' is not null' ~ (' and ' ~ condition if condition else '')
    ) }}
{% endmacro %}

{#- The value in the rows that count, null in the others. -#}
{% macro _if_counted(expression, condition) %}
    {{ return('case when ' ~ condition ~ ' then ' ~ expression ~ ' end' if condition else expression) }}
{% endmacro %}
