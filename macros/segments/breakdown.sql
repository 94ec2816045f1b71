{#- The size and share of each value of a column, the rare ones together, as a query. -#}
{% macro breakdown(model, column, top=10, other='other') %}
    {{ return(adapter.dispatch('breakdown', 'outhaul')(model, column, top, other)) }}
{% endmacro %}

{% macro default__breakdown(model, column, top, other) %}
    {% if not execute %}
        {{ return('') }}
    {% endif %}
    {% set plan = outhaul._new_plan('breakdown') %}
    {% set scope = outhaul._new_scope(plan, model, 'model') %}
    {% set found = outhaul._column(scope, column, 'column') %}
    {% if not outhaul._is_days(top) %}
        {% do plan.problems.append('top: wants a whole number from 1 on, not ' ~ outhaul._shown(top)) %}
    {% endif %}
    {% if other is not string %}
        {% do plan.problems.append('other: wants text, not ' ~ outhaul._shown(other)) %}
    {% endif %}
    {% do outhaul._settle_plan(plan) %}
    {% set text = outhaul.type_text() %}
    {% set number = dbt.type_bigint() %}
    {% do plan.ctes.append({'name': '_outhaul_counted_1', 'body':
        '    select\n        ' ~ found.sql ~ ' as value,\n        count(*) as row_count'
        ~ '\n' ~ outhaul._from_lines(scope) ~ '\n    group by ' ~ found.sql
    }) %}
    {#- Of equally frequent values the smaller comes first, and a missing one last. -#}
    {% do plan.ctes.append({'name': '_outhaul_ranked_1', 'body':
        '    select\n        value,\n        row_count,\n        row_number() over ('
        ~ '\n            order by row_count desc, case when value is null then 1 else 0 end, value'
        ~ '\n        ) as place\n    from _outhaul_counted_1'
    }) %}
    {% do plan.ctes.append({'name': '_outhaul_gathered_1', 'body':
        '    select\n        case when place <= ' ~ top ~ ' then place else ' ~ (top + 1) ~ ' end as place,'
        ~ '\n        case when place <= ' ~ top ~ ' then cast(value as ' ~ text ~ ') else ' ~ outhaul.literal(other) ~ ' end as value,'
        ~ '\n        row_count\n    from _outhaul_ranked_1'
    }) %}
    {% do plan.ctes.append({'name': '_outhaul_breakdown_1', 'body':
        '    select\n        cast(place as ' ~ number ~ ') as place,'
        ~ '\n        value,'
        ~ '\n        place > ' ~ top ~ ' as is_other,'
        ~ '\n        cast(count(*) as ' ~ number ~ ') as value_count,'
        ~ '\n        cast(sum(row_count) as ' ~ number ~ ') as row_count,'
        ~ '\n        cast(sum(row_count) as ' ~ outhaul.type_double() ~ ') / sum(sum(row_count)) over () as share'
        ~ '\n    from _outhaul_gathered_1\n    group by place, value'
    }) %}
    {{ return(outhaul._query(plan)) }}
{% endmacro %}
