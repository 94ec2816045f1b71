{#- What a treatment changed: outcomes of each group beside those of the control group, as a query. -#}
{% macro lift(model, key, group, control, outcomes, acknowledged=none, confidence=0.95) %}
    {{ return(adapter.dispatch('lift', 'outhaul')(model, key, group, control, outcomes, acknowledged, confidence)) }}
{% endmacro %}

{% macro default__lift(model, key, group, control, outcomes, acknowledged, confidence) %}
    {% if not execute %}
        {{ return('') }}
    {% endif %}
    {% set plan = outhaul._new_plan('lift') %}
    {% set scope = outhaul._new_scope(plan, model, 'model', key) %}
    {% do outhaul._record_columns(scope, []) %}
    {% set grouped = outhaul._column(scope, group, 'group') %}
    {% set measured = [] %}
    {% for name in outhaul._names_list(outcomes) %}
        {% set column = outhaul._column(scope, name, 'outcomes') %}
        {% if column is not none and column.kind not in [none, 'number', 'boolean'] %}
            {% do plan.problems.append("outcomes: '" ~ name ~ "' (" ~ column.type ~ ') is neither a number nor a boolean') %}
        {% elif column is not none %}
            {% do measured.append(column) %}
        {% endif %}
    {% endfor %}
    {% if not outhaul._names_list(outcomes) %}
        {% do plan.problems.append('outcomes: wants a column, or a list of columns') %}
    {% endif %}
    {% if outhaul._confidences().get(confidence) is none %}
        {% do plan.problems.append(
            'confidence: wants one of ' ~ outhaul._confidences() | join(', ') ~ ', not ' ~ outhaul._shown(confidence)
        ) %}
    {% endif %}
    {% set is_control = outhaul._value(plan, control, grouped, 'control') if grouped is not none else none %}
    {% set held, pairs = none, [] %}
    {% if acknowledged is not none and not outhaul._is_relation(acknowledged) %}
        {% do plan.problems.append("acknowledged: wants ref('…') of a diff, not " ~ outhaul._shown(acknowledged)) %}
    {% elif acknowledged is not none %}
        {% set held = outhaul._new_scope(plan, outhaul._beside(acknowledged, '__acknowledged'), 'acknowledged') %}
        {% set pairs = outhaul._pairs(scope, held, none, 'acknowledged') %}
    {% endif %}
    {% do outhaul._settle_plan(plan) %}
    {% do plan.ctes.append({
        'name': '_outhaul_judged_1',
        'body': '    ' ~ outhaul._judged_outcomes(scope, grouped.sql, is_control, measured, held, pairs),
    }) %}
    {% do plan.ctes.append({'name': '_outhaul_measured_1', 'body': outhaul._measured_outcomes(measured)}) %}
    {% do plan.ctes.append({'name': '_outhaul_compared_1', 'body': '    ' ~ outhaul._compared_outcomes()}) %}
    {% do plan.ctes.append({
        'name': '_outhaul_lift_1', 'body': '    ' ~ outhaul._lift_columns(outhaul._confidences()[confidence]),
    }) %}
    {{ return(outhaul._query(plan)) }}
{% endmacro %}

{#- How many standard errors an interval reaches to both sides. -#}
{% macro _confidences() %}
    {{ return({0.8: 1.2815515655446004, 0.9: 1.6448536269514722, 0.95: 1.959963984540054, 0.99: 2.5758293035489004}) }}
{% endmacro %}

{#- Each row with its outcomes as numbers, and whether it counts: where the diff tells who got
it, treated rows that are acknowledged, and rows of the control group that never were. -#}
{% macro _judged_outcomes(scope, group, control, measured, held, pairs) -%}
    {% set double = outhaul.type_double() -%}
    {% set same = [] -%}
    {% for pair in pairs %}{% do same.append(pair.related ~ ' = ' ~ pair.own) %}{% endfor -%}
    select
        cast({{ group }} as {{ outhaul.type_text() }}) as split_group,
        {{ group }} = {{ control }} as is_control,
        {%- for column in measured %}
        {%- if column.kind == 'boolean' %}
        cast(case when {{ column.sql }} then 1 else 0 end as {{ double }}) as {{ outhaul._numbered_name('outcome', loop.index) }},
        {%- else %}
        cast(coalesce({{ column.sql }}, 0) as {{ double }}) as {{ outhaul._numbered_name('outcome', loop.index) }},
        {%- endif %}
        {%- endfor %}
        {%- if held is none %}
        true as is_counted
{{ outhaul._from_lines(scope) }}
        {%- else %}
        {%- set name = outhaul._cte_name(held.name) %}
        case
            when {{ group }} = {{ control }} then {{ pairs[0].related }} is null
            else {{ pairs[0].related }} is not null and {{ name }}._outhaul_in_doubt is null
        end as is_counted
{{ outhaul._from_lines(scope) }}
    left join {{ name }}
        on {{ same | join('\n        and ') }}
        {%- endif %}
    where {{ group }} is not null
{%- endmacro %}

{#- Of each outcome and group: rows, those left out, average and variance. -#}
{% macro _measured_outcomes(measured) %}
    {% set number = dbt.type_bigint() %}
    {% set parts = [] %}
    {% for column in measured %}
        {% set value = 'case when is_counted then ' ~ outhaul._numbered_name('outcome', loop.index) ~ ' end' %}
        {% do parts.append(
            '    select\n        cast(' ~ outhaul.literal(column.name | lower) ~ ' as ' ~ outhaul.type_text() ~ ') as outcome,'
            ~ '\n        split_group,\n        is_control,'
            ~ '\n        cast(count(' ~ value ~ ') as ' ~ number ~ ') as row_count,'
            ~ '\n        cast(count(*) - count(' ~ value ~ ') as ' ~ number ~ ') as left_out_count,'
            ~ '\n        avg(' ~ value ~ ') as average,\n        var_samp(' ~ value ~ ') as variance'
            ~ '\n    from _outhaul_judged_1\n    group by split_group, is_control'
        ) %}
    {% endfor %}
    {{ return(parts | join('\n\n    union all\n\n')) }}
{% endmacro %}

{% macro _compared_outcomes() -%}
    select
        treated.outcome,
        treated.split_group,
        treated.row_count,
        control.row_count as control_count,
        treated.left_out_count,
        control.left_out_count as control_left_out_count,
        treated.average,
        control.average as control_average,
        treated.average - control.average as difference,
        (treated.average - control.average) / nullif(control.average, 0) as lift,
        sqrt(treated.variance / treated.row_count + control.variance / control.row_count) as standard_error
    from _outhaul_measured_1 as treated
    inner join _outhaul_measured_1 as control
        on treated.outcome = control.outcome
    where
        not treated.is_control
        and control.is_control
        and treated.row_count > 0
        and control.row_count > 0
{%- endmacro %}

{#- The p value is that of the normal distribution, by formula 7.1.26 of Abramowitz and Stegun,
which is exact to 0.00000015. -#}
{% macro _lift_columns(reach) -%}
    {% set x = 'least(abs(difference) / standard_error / 1.4142135623730951, 26)' -%}
    {% set t = '(1 / (1 + 0.3275911 * ' ~ x ~ '))' -%}
    select
        _outhaul_compared_1.*,
        difference - {{ reach }} * standard_error as difference_low,
        difference + {{ reach }} * standard_error as difference_high,
        case
            when standard_error > 0 then {{ t }} * (0.254829592 + {{ t }} * (-0.284496736 + {{ t }} * (
                1.421413741 + {{ t }} * (-1.453152027 + {{ t }} * 1.061405429)
            ))) * exp(-1 * {{ x }} * {{ x }})
        end as p_value
    from _outhaul_compared_1
{%- endmacro %}
