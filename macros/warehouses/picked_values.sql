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
