{#- What was predicted for the hold-out period beside what was bought in it, by deciles; as a query. -#}
{% macro calibration(summary, fit, key) %}
    {{ return(adapter.dispatch('calibration', 'outhaul')(summary, fit, key)) }}
{% endmacro %}

{% macro default__calibration(summary, fit, key) %}
    {% if not execute %}
        {{ return('') }}
    {% endif %}
    {% set plan = outhaul._new_plan('calibration') %}
    {% set scope = outhaul._new_scope(plan, summary, 'summary', key) %}
    {% set fitted = outhaul._new_scope(plan, fit, 'fit') %}
    {% set customer = outhaul._record_columns(scope, []) %}
    {% set own = outhaul._columns_of_fit(fitted) %}
    {% set given = outhaul._summarized_columns(scope, 'calibration_') %}
    {% set actual = outhaul._column(scope, 'holdout_purchases', 'summary') %}
    {% do outhaul._settle_plan(plan) %}
    {% do plan.ctes.append({
        'name': '_outhaul_parameters_1', 'body': '    ' ~ outhaul._last_fit(own, fitted, 'calibration', false),
    }) %}
    {% do plan.ctes.append({
        'name': '_outhaul_given_1',
        'body': '    ' ~ outhaul._customers_with_parameters(scope, customer, given, [actual.sql ~ ' as actual']),
    }) %}
    {% set weeks = '(select max(cast(fitted_holdout_days as ' ~ outhaul.type_double() ~ ')) / 7 from _outhaul_parameters_1)' %}
    {{ return(
        outhaul._ctes(plan) ~ ',\n\n' ~ outhaul._growth_steps('_outhaul_given_1', {'holdout': weeks}) ~ ',\n\n'
        ~ outhaul._decile_steps(customer | length) ~ '\n\nselect * from _outhaul_deciles_1'
    ) }}
{% endmacro %}

{% macro _decile_steps(key_count) -%}
    {% set number = dbt.type_bigint() -%}
    {% set keys = [] -%}
    {% for place in range(key_count) %}{% do keys.append(outhaul._numbered_name('key', place + 1)) %}{% endfor -%}
    _outhaul_alive_1 as (
        select
            given.*,
            {{ outhaul._probability_alive() }} as probability_alive
        from _outhaul_given_1 as given
    ),

    _outhaul_predicted_1 as (
        select
            alive.*,
            alive.probability_alive * growth.holdout as predicted
        from _outhaul_alive_1 as alive
        inner join _outhaul_growth_1 as growth
            on growth.frequency = alive.frequency and growth.age_days = alive.age_days
    ),

    _outhaul_placed_1 as (
        select
            predicted,
            actual,
            ntile(10) over (order by predicted desc, {{ keys | join(', ') }}) as decile
        from _outhaul_predicted_1
    ),

    _outhaul_deciles_1 as (
        select
            cast(decile as {{ number }}) as decile,
            cast(count(*) as {{ number }}) as customer_count,
            sum(predicted) as predicted_purchases,
            cast(sum(actual) as {{ number }}) as actual_purchases,
            sum(predicted) / nullif(sum(actual), 0) - 1 as error
        from _outhaul_placed_1
        group by decile
    )
{%- endmacro %}
