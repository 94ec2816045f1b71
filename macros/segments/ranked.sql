{#- The rows of a model by a value, the largest first: their places, tiles, or only the top of them; as a query. -#}
{% macro ranked(model, key, by, per=none, tiles=none, top=none, share=none, budget=none) %}
    {{ return(adapter.dispatch('ranked', 'outhaul')(model, key, by, per, tiles, top, share, budget)) }}
{% endmacro %}

{% macro default__ranked(model, key, by, per, tiles, top, share, budget) %}
    {% if not execute %}
        {{ return('') }}
    {% endif %}
    {% set plan = outhaul._new_plan('ranked') %}
    {% set scope = outhaul._new_scope(plan, model, 'model', key) %}
    {% set own = outhaul._record_columns(scope, ['place', 'percentile', 'tile']) %}
    {% set value = outhaul._column(scope, by, 'by') %}
    {% set groups = [] %}
    {% for name in outhaul._names_list(per) %}
        {% set column = outhaul._column(scope, name, 'per') %}
        {% do groups.append(column.sql) if column is not none %}
    {% endfor %}
    {% set cost = outhaul._cost_column(scope, budget) %}
    {% do outhaul._check_ranks(plan, scope, tiles, top, share) %}
    {% do outhaul._settle_plan(plan) %}
    {% do plan.ctes.append({
        'name': '_outhaul_placed_1',
        'body': '    ' ~ outhaul._placed_rows(scope, own, value.sql, groups, tiles, cost),
    }) %}
    {% do plan.ctes.append({
        'name': '_outhaul_ranked_1',
        'body': '    ' ~ outhaul._rows_with_places(scope, own, tiles, top, share, budget, cost),
    }) %}
    {{ return(outhaul._query(plan)) }}
{% endmacro %}

{% macro _check_ranks(plan, scope, tiles, top, share) %}
    {% for name, given in {'tiles': tiles, 'top': top}.items() if given is not none and not outhaul._is_days(given) %}
        {% do plan.problems.append(name ~ ': wants a whole number from 1 on, not ' ~ outhaul._shown(given)) %}
    {% endfor %}
    {% if share is not none and not outhaul._is_share(share) %}
        {% do plan.problems.append('share: wants a share from 0 to 1, not ' ~ outhaul._shown(share)) %}
    {% endif %}
    {% for name in ['place', 'percentile'] + (['tile'] if tiles is not none else []) if name in (scope.columns or {}) %}
        {% do plan.problems.append("model: the column '" ~ name ~ "' is called like one of the result: rename it") %}
    {% endfor %}
{% endmacro %}

{#- The column whose running total stays within the budget: {'column': …, 'at_most': …}. -#}
{% macro _cost_column(scope, budget) %}
    {% if budget is none %}
        {{ return(none) }}
    {% elif budget is not mapping or budget.at_most is not number or budget.at_most is boolean %}
        {% do scope.plan.problems.append(
            "budget: wants {'column': …, 'at_most': a number}, not " ~ outhaul._shown(budget)
        ) %}
        {{ return(none) }}
    {% endif %}
    {% do outhaul._check_keys(scope.plan, budget, ['column', 'at_most'], 'budget') %}
    {% set column = outhaul._column(scope, budget.get('column'), 'budget.column') %}
    {{ return(column.sql if column is not none else none) }}
{% endmacro %}

{#- Missing values come last; of equals, the smaller key is first. -#}
{% macro _placed_rows(scope, own, value, groups, tiles, cost) -%}
    {% set partition = 'partition by ' ~ groups | join(', ') ~ ' ' if groups else '' -%}
    {% set order = 'order by case when ' ~ value ~ ' is null then 1 else 0 end, ' ~ value ~ ' desc, '
        ~ own | map(attribute='sql') | join(', ') -%}
    {% set number = dbt.type_bigint() -%}
    select
        {%- for each in own %}
        {{ each.sql }} as {{ outhaul._numbered_name('key', loop.index) }},
        {%- endfor %}
        cast(row_number() over ({{ partition }}{{ order }}) as {{ number }}) as place,
        percent_rank() over (
            {{ partition }}order by case when {{ value }} is null then 0 else 1 end, {{ value }}
        ) as percentile,
        {%- if tiles is not none %}
        cast(ntile({{ tiles }}) over ({{ partition }}{{ order }}) as {{ number }}) as tile,
        {%- endif %}
        {%- if cost %}
        sum(coalesce({{ cost }}, 0)) over (
            {{ partition }}{{ order }} rows between unbounded preceding and current row
        ) as _outhaul_spent_1,
        {%- endif %}
        count(*) over ({{ partition }}) as _outhaul_count_1
{{ outhaul._from_lines(scope) }}
{%- endmacro %}

{% macro _rows_with_places(scope, own, tiles, top, share, budget, cost) -%}
    {% set pairs, conditions = [], [] -%}
    {% for each in own %}{% do pairs.append('placed.' ~ outhaul._numbered_name('key', loop.index) ~ ' = ' ~ each.sql) %}{% endfor -%}
    {% do conditions.append('placed.place <= ' ~ top) if top is not none -%}
    {% do conditions.append('placed.place <= ceil(placed._outhaul_count_1 * ' ~ share ~ ')') if share is not none -%}
    {% do conditions.append('placed._outhaul_spent_1 <= ' ~ budget.at_most) if cost -%}
    select
        {{ outhaul._cte_name(scope.name) }}.*,
        placed.place,
        placed.percentile{{ ',\n        placed.tile' if tiles is not none }}
{{ outhaul._from_lines(scope) }}
    inner join _outhaul_placed_1 as placed
        on {{ pairs | join('\n        and ') }}
    {{- outhaul._where_lines(conditions) }}
{%- endmacro %}
