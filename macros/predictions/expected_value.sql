{#- What each customer is expected to buy within a year, and whether they have left, as a query. -#}
{% macro expected_value(summary, fit, key) %}
    {{ return(adapter.dispatch('expected_value', 'outhaul')(summary, fit, key)) }}
{% endmacro %}

{% macro default__expected_value(summary, fit, key) %}
    {% if not execute %}
        {{ return('') }}
    {% endif %}
    {% set plan = outhaul._new_plan('expected_value') %}
    {% set scope = outhaul._new_scope(plan, summary, 'summary', key) %}
    {% set fitted = outhaul._new_scope(plan, fit, 'fit') %}
    {% set customer = outhaul._record_columns(scope, []) %}
    {% set own = outhaul._columns_of_fit(fitted) %}
    {% set given = outhaul._summarized_columns(scope, '') %}
    {% do outhaul._settle_plan(plan) %}
    {% set names = customer | map(attribute='new_name') | list %}
    {% do plan.ctes.append({
        'name': '_outhaul_parameters_1', 'body': '    ' ~ outhaul._last_fit(own, fitted, 'everything', true),
    }) %}
    {% do plan.ctes.append({'name': '_outhaul_given_1', 'body': '    ' ~ outhaul._customers_with_parameters(scope, customer, given)}) %}
    {{ return(
        outhaul._ctes(plan) ~ ',\n\n' ~ outhaul._growth_steps('_outhaul_given_1', outhaul._horizons()) ~ ',\n\n'
        ~ outhaul._valued_steps(names) ~ '\n\nselect * from _outhaul_valued_1'
    ) }}
{% endmacro %}

{#- Name to weeks, of 365.25 days a year. -#}
{% macro _horizons() %}
    {% set horizons = {} %}
    {% for months in [1, 3, 6, 9, 12] %}
        {% do horizons.update({
            'months_' ~ months: 'cast(' ~ months ~ ' * 365.25 / 84 as ' ~ outhaul.type_double() ~ ')',
        }) %}
    {% endfor %}
    {{ return(horizons) }}
{% endmacro %}

{#- The columns of a summary, of all purchases or of those before the hold-out. -#}
{% macro _summarized_columns(scope, prefix) %}
    {% set found = {} %}
    {% for name in ['frequency', 'recency_days', 'age_days', 'average_value'] %}
        {% set column = outhaul._column(scope, prefix ~ name, 'summary') %}
        {% do found.update({name: column.sql if column is not none else name}) %}
    {% endfor %}
    {{ return(found) }}
{% endmacro %}

{% macro _customers_with_parameters(scope, customer, given, more=[]) -%}
    select
        {%- for each in customer %}
        {{ each.sql }} as {{ outhaul._numbered_name('key', loop.index) }},
        {%- endfor %}
        {%- for name, column in given.items() %}
        {{ column }} as {{ name }},
        {%- endfor %}
        {%- for line in more %}
        {{ line }},
        {%- endfor %}
        parameters.*
{{ outhaul._from_lines(scope) }}
    cross join _outhaul_parameters_1 as parameters
    where {{ given.frequency }} is not null
{%- endmacro %}

{#- What one who came back once or more spends on average lies between what they have spent
    and what everybody does; the more often they came, the nearer to the former. -#}
{% macro _valued_steps(names) -%}
    _outhaul_expected_1 as (
        select
            given.*,
            {{ outhaul._probability_alive() }} as probability_alive,
            p * (v + coalesce(frequency * average_value, 0)) / (p * frequency + q - 1) as purchase_value
        from _outhaul_given_1 as given
    ),

    _outhaul_valued_1 as (
        select
            {%- for name in names %}
            expected.{{ outhaul._numbered_name('key', loop.index) }} as {{ name }},
            {%- endfor %}
            expected.frequency,
            expected.recency_days,
            expected.age_days,
            expected.average_value,
            expected.probability_alive,
            expected.purchase_value as expected_purchase_value
            {%- for name in outhaul._horizons() %},
            expected.probability_alive * growth.{{ name }} as expected_purchases_{{ name }}
            {%- endfor %}
            {%- for name in outhaul._horizons() %},
            expected.probability_alive * growth.{{ name }} * expected.purchase_value as expected_value_{{ name }}
            {%- endfor %}
        from _outhaul_expected_1 as expected
        inner join _outhaul_growth_1 as growth
            on growth.frequency = expected.frequency and growth.age_days = expected.age_days
    )
{%- endmacro %}

{#- The steps of a plan, for a query that goes on. -#}
{% macro _ctes(plan) %}
    {% set parts = [] %}
    {% for cte in plan.ctes %}
        {% do parts.append(outhaul._cte_name(cte.name) ~ ' as (\n\n' ~ cte.body ~ '\n\n)') %}
    {% endfor %}
    {{ return('with\n\n' ~ parts | join(',\n\n')) }}
{% endmacro %}
