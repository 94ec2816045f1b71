{#- How often, how recently and since when each customer bought: one row for each, as a query. -#}
{% macro purchase_summary(orders, key, time, value, holdout_days=91) %}
    {{ return(adapter.dispatch('purchase_summary', 'outhaul')(orders, key, time, value, holdout_days)) }}
{% endmacro %}

{% macro default__purchase_summary(orders, key, time, value, holdout_days) %}
    {% if not execute %}
        {{ return('') }}
    {% endif %}
    {% set plan = outhaul._new_plan('purchase_summary') %}
    {% set scope = outhaul._new_scope(plan, orders, 'orders', key) %}
    {% set customer = outhaul._record_columns(scope, outhaul._summary_columns()) %}
    {% set moment = outhaul._column(scope, time, 'time') %}
    {% set amount = outhaul._column(scope, value, 'value') %}
    {% if not outhaul._is_days(holdout_days) %}
        {% do plan.problems.append('holdout_days: wants a whole number from 1 on, not ' ~ outhaul._shown(holdout_days)) %}
    {% endif %}
    {% do outhaul._settle_plan(plan) %}
    {% set last_day = outhaul._today(plan) %}
    {% set names = customer | map(attribute='new_name') | list %}
    {% do plan.ctes.append({
        'name': '_outhaul_bought_1', 'body': '    ' ~ outhaul._days_of_purchases(scope, customer, moment.sql, amount.sql, last_day),
    }) %}
    {% do plan.ctes.append({
        'name': '_outhaul_dated_1', 'body': '    ' ~ outhaul._dated_purchases(names, last_day, holdout_days),
    }) %}
    {% do plan.ctes.append({'name': '_outhaul_counted_1', 'body': '    ' ~ outhaul._counted_purchases(names)}) %}
    {% do plan.ctes.append({'name': '_outhaul_summary_1', 'body': '    ' ~ outhaul._summarized_purchases(names, holdout_days)}) %}
    {{ return(outhaul._query(plan)) }}
{% endmacro %}

{#- The columns that the result has beside the key. -#}
{% macro _summary_columns() %}
    {{ return([
        'frequency', 'recency_days', 'age_days', 'average_value',
        'calibration_frequency', 'calibration_recency_days', 'calibration_age_days', 'calibration_average_value',
        'holdout_purchases', 'holdout_value', 'holdout_days',
    ]) }}
{% endmacro %}

{#- What a customer buys on one day is one purchase. -#}
{% macro _days_of_purchases(scope, customer, moment, amount, last_day) -%}
    select
        {%- for each in customer %}
        {{ each.sql }} as {{ each.new_name }},
        {%- endfor %}
        cast({{ moment }} as date) as bought_on,
        sum(cast({{ amount }} as {{ outhaul.type_double() }})) as value
{{ outhaul._from_lines(scope) }}
    where
        cast({{ moment }} as date) <= {{ last_day }}
        {%- for each in customer %}
        and {{ each.sql }} is not null
        {%- endfor %}
    group by {{ customer | map(attribute='sql') | join(', ') }}, cast({{ moment }} as date)
{%- endmacro %}

{% macro _dated_purchases(names, last_day, holdout_days) -%}
    select
        _outhaul_bought_1.*,
        min(bought_on) over (partition by {{ names | join(', ') }}) as first_on,
        {{ last_day }} as last_day,
        cast({{ dbt.dateadd('day', 0 - holdout_days, last_day) }} as date) as calibrated_on
    from _outhaul_bought_1
{%- endmacro %}

{% macro _counted_purchases(names) -%}
    select
        {{ names | join(',\n' ~ ' ' * 8) }},
        first_on,
        last_day,
        calibrated_on,
        count(*) as purchase_count,
        max(bought_on) as latest_on,
        avg(case when bought_on > first_on then value end) as average_value,
        count(case when bought_on <= calibrated_on then 1 end) as calibration_count,
        max(case when bought_on <= calibrated_on then bought_on end) as calibration_latest_on,
        avg(case when bought_on > first_on and bought_on <= calibrated_on then value end) as calibration_average_value,
        sum(case when bought_on > calibrated_on then value else 0 end) as holdout_value
    from _outhaul_dated_1
    group by {{ names | join(', ') }}, first_on, last_day, calibrated_on
{%- endmacro %}

{#- Who first bought in the hold-out period has no part in what is calibrated. -#}
{% macro _summarized_purchases(names, holdout_days) -%}
    {% set number = dbt.type_bigint() -%}
    {% set known = 'case when calibration_count > 0 then ' -%}
    select
        {{ names | join(',\n' ~ ' ' * 8) }},
        cast(purchase_count - 1 as {{ number }}) as frequency,
        cast({{ dbt.datediff('first_on', 'latest_on', 'day') }} as {{ number }}) as recency_days,
        cast({{ dbt.datediff('first_on', 'last_day', 'day') }} as {{ number }}) as age_days,
        average_value,
        cast({{ known }}calibration_count - 1 end as {{ number }}) as calibration_frequency,
        cast({{ known }}{{ dbt.datediff('first_on', 'calibration_latest_on', 'day') }} end as {{ number }}) as calibration_recency_days,
        cast({{ known }}{{ dbt.datediff('first_on', 'calibrated_on', 'day') }} end as {{ number }}) as calibration_age_days,
        calibration_average_value,
        cast({{ known }}purchase_count - calibration_count end as {{ number }}) as holdout_purchases,
        {{ known }}holdout_value end as holdout_value,
        cast({{ holdout_days }} as {{ number }}) as holdout_days
    from _outhaul_counted_1
{%- endmacro %}
