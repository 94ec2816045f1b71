{#- How well a key tells the rows of a model apart, as a query of one row. -#}
{% macro key_report(model, key, warn_above=0, fail_above=0.05) %}
    {{ return(adapter.dispatch('key_report', 'outhaul')(model, key, warn_above, fail_above)) }}
{% endmacro %}

{% macro default__key_report(model, key, warn_above, fail_above) %}
    {% if not execute %}
        {{ return('') }}
    {% endif %}
    {% set plan = outhaul._new_plan('key_report') %}
    {% set counted = outhaul._count_keys(plan, model, key) %}
    {% do outhaul._check_thresholds(plan, warn_above, fail_above) %}
    {% do outhaul._settle_plan(plan) %}
    {% do plan.ctes.append({'name': '_outhaul_summed_1', 'body': outhaul._summed_keys(counted)}) %}
    {% do plan.ctes.append({'name': '_outhaul_report_1', 'body': outhaul._judged_keys(warn_above, fail_above)}) %}
    {{ return(outhaul._query(plan)) }}
{% endmacro %}

{#- Add a CTE to a plan that counts the rows of each key, and says whether part of it is null.

Returns {name, key}: its name, and of each column of the key {name, counted}: what the
model calls it, and the CTE. -#}
{% macro _count_keys(plan, model, key) %}
    {% set scope = outhaul._new_scope(plan, model, 'model', key) %}
    {% if not scope.key %}
        {% do plan.problems.append("'key' is missing: a column or a list of columns") %}
    {% endif %}
    {% set columns = [] %}
    {% set named = [] %}
    {% set counted = {'name': '_outhaul_counted_1', 'key': []} %}
    {% for name in scope.key %}
        {% set column = outhaul._column(scope, name, 'key') %}
        {% if column is not none %}
            {% set new_name = outhaul.new_column_name(outhaul._numbered_name('key', loop.index)) %}
            {% do columns.append(column.sql) %}
            {% do named.append(column.sql ~ ' as ' ~ new_name) %}
            {% do counted.key.append({'name': column.name, 'counted': new_name}) %}
        {% endif %}
    {% endfor %}
    {% do outhaul._settle_plan(plan) %}
    {% do plan.ctes.append({
        'name': counted.name,
        'body': '    select\n        ' ~ named | join(',\n        ') ~ ',\n        count(*) as row_count,'
            ~ '\n        case when ' ~ columns | join(' is null or ') ~ ' is null then 1 else 0 end as is_null_key'
            ~ '\n' ~ outhaul._from_lines(scope)
            ~ '\n    group by ' ~ columns | join(', ')
    }) %}
    {{ return(counted) }}
{% endmacro %}

{% macro _summed_keys(counted) %}
    {{ return(
        '    select'
        ~ '\n        coalesce(sum(row_count), 0) as row_count,'
        ~ '\n        count(case when is_null_key = 0 then 1 end) as distinct_keys,'
        ~ '\n        coalesce(sum(case when is_null_key = 1 then row_count end), 0) as null_keys,'
        ~ '\n        count(case when is_null_key = 0 and row_count > 1 then 1 end) as duplicate_keys,'
        ~ '\n        coalesce(sum(case when is_null_key = 0 then row_count - 1 end), 0) as duplicate_rows'
        ~ '\n    from ' ~ counted.name
    ) }}
{% endmacro %}

{#- The shares of rows that have another row's key, or none, and what to think of them. -#}
{% macro _judged_keys(warn_above, fail_above) %}
    {% set number = dbt.type_bigint() %}
    {% set columns = [] %}
    {% for name in ['row_count', 'distinct_keys', 'null_keys', 'duplicate_keys', 'duplicate_rows'] %}
        {% do columns.append('cast(' ~ name ~ ' as ' ~ number ~ ') as ' ~ name) %}
    {% endfor %}
    {% set lines = [] %}
    {% for level in [fail_above, warn_above] %}
        {% do lines.append(
            'when duplicate_rows * 1000000000 > ' ~ outhaul._parts_of_share(level) ~ ' * (row_count - null_keys)'
            ~ ' or null_keys * 1000000000 > ' ~ outhaul._parts_of_share(level) ~ ' * row_count then '
            ~ ("'fail'" if loop.first else "'warn'")
        ) %}
    {% endfor %}
    {{ return(
        '    select\n        ' ~ columns | join(',\n        ') ~ ','
        ~ '\n        cast(distinct_keys as ' ~ outhaul.type_double() ~ ') / nullif(row_count - null_keys, 0) as uniqueness,'
        ~ '\n        case\n            ' ~ lines | join('\n            ') ~ "\n            else 'clean'\n        end as verdict"
        ~ '\n    from _outhaul_summed_1'
    ) }}
{% endmacro %}

{% macro _check_thresholds(plan, warn_above, fail_above) %}
    {% if not outhaul._is_share(warn_above) or not outhaul._is_share(fail_above) or warn_above > fail_above %}
        {% do plan.problems.append("'warn_above' and 'fail_above' must be shares from 0 to 1, the first not above the second") %}
    {% endif %}
{% endmacro %}
