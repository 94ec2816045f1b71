{#- What a model with `materialized: fitted` is fitted to: a summary of purchases, as a query. -#}
{% macro fit_purchases(summary) %}
    {{ return(adapter.dispatch('fit_purchases', 'outhaul')(summary)) }}
{% endmacro %}

{% macro default__fit_purchases(summary) %}
    {% if not execute %}
        {{ return('') }}
    {% endif %}
    {% set plan = outhaul._new_plan('fit_purchases') %}
    {% do outhaul._want_materialization(plan, 'fitted', 'which finds the parameters') %}
    {% set scope = outhaul._new_scope(plan, summary, 'summary') %}
    {% set columns = [] %}
    {% for name in outhaul._summary_columns() %}
        {% set column = outhaul._column(scope, name, 'summary') %}
        {% do columns.append((column.sql if column is not none else name) ~ ' as ' ~ name) %}
    {% endfor %}
    {% do outhaul._settle_plan(plan) %}
    {% do plan.ctes.append({
        'name': '_outhaul_chosen_1',
        'body': '    select\n        ' ~ columns | join(',\n        ') ~ '\n' ~ outhaul._from_lines(scope),
    }) %}
    {{ return(outhaul._query(plan)) }}
{% endmacro %}
