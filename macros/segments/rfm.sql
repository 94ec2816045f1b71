{#- How recently, how often and for how much each customer bought, with scores; as a query. -#}
{% macro rfm(orders, key, time, value, scores=5, as_of=none) %}
    {{ return(adapter.dispatch('rfm', 'outhaul')(orders, key, time, value, scores, as_of)) }}
{% endmacro %}

{% macro default__rfm(orders, key, time, value, scores, as_of) %}
    {% if not execute %}
        {{ return('') }}
    {% endif %}
    {% set plan = outhaul._new_plan('rfm', as_of) %}
    {% set scope = outhaul._new_scope(plan, orders, 'orders', key) %}
    {% set customer = outhaul._record_columns(scope, [
        'recency_days', 'frequency', 'monetary', 'recency_score', 'frequency_score', 'monetary_score', 'rfm',
    ]) %}
    {% set moment = outhaul._column(scope, time, 'time') %}
    {% set amount = outhaul._column(scope, value, 'value') %}
    {% if not outhaul._is_days(scores) or scores > 9 %}
        {% do plan.problems.append('scores: wants a whole number from 1 to 9, not ' ~ outhaul._shown(scores)) %}
    {% endif %}
    {% do outhaul._settle_plan(plan) %}
    {% set last_day = outhaul._today(plan) %}
    {% set names = customer | map(attribute='new_name') | list %}
    {% do plan.ctes.append({
        'name': '_outhaul_bought_1', 'body': '    ' ~ outhaul._summed_orders(scope, customer, moment.sql, amount.sql, last_day),
    }) %}
    {% do plan.ctes.append({'name': '_outhaul_measured_1', 'body': '    ' ~ outhaul._measured_customers(names, last_day)}) %}
    {% do plan.ctes.append({'name': '_outhaul_scored_1', 'body': '    ' ~ outhaul._scored_customers(scores)}) %}
    {% do plan.ctes.append({'name': '_outhaul_rfm_1', 'body': '    ' ~ outhaul._rfm_columns(names)}) %}
    {{ return(outhaul._query(plan)) }}
{% endmacro %}

{% macro _summed_orders(scope, customer, moment, amount, last_day) -%}
    select
        {%- for each in customer %}
        {{ each.sql }} as {{ each.new_name }},
        {%- endfor %}
        max(cast({{ moment }} as date)) as bought_on,
        count(*) as order_count,
        sum({{ amount }}) as monetary
{{ outhaul._from_lines(scope) }}
    where
        cast({{ moment }} as date) <= {{ last_day }}
        {%- for each in customer %}
        and {{ each.sql }} is not null
        {%- endfor %}
    group by {{ customer | map(attribute='sql') | join(', ') }}
{%- endmacro %}

{% macro _measured_customers(names, last_day) -%}
    {% set number = dbt.type_bigint() -%}
    select
        {{ names | join(',\n' ~ ' ' * 8) }},
        cast({{ dbt.datediff('bought_on', last_day, 'day') }} as {{ number }}) as recency_days,
        cast(order_count as {{ number }}) as frequency,
        coalesce(monetary, 0) as monetary
    from _outhaul_bought_1
{%- endmacro %}

{#- Customers who are alike have the same score, so a score may have more of them than others. -#}
{% macro _scored_customers(scores) -%}
    {% set number = dbt.type_bigint() -%}
    select
        _outhaul_measured_1.*
        {%- for name, order in {
            'recency': 'recency_days desc', 'frequency': 'frequency', 'monetary': 'monetary',
        }.items() %},
        cast(least(
            {{ scores }},
            1 + floor(percent_rank() over (order by {{ order }}) * {{ scores }})
        ) as {{ number }}) as {{ name }}_score
        {%- endfor %}
    from _outhaul_measured_1
{%- endmacro %}

{% macro _rfm_columns(names) -%}
    {% set text = outhaul.type_text() -%}
    select
        {{ names | join(',\n' ~ ' ' * 8) }},
        recency_days,
        frequency,
        monetary,
        recency_score,
        frequency_score,
        monetary_score,
        cast(recency_score as {{ text }}) || cast(frequency_score as {{ text }}) || cast(monetary_score as {{ text }}) as rfm
    from _outhaul_scored_1
{%- endmacro %}
