{#- Say of a fit why it is refused, if it is; of both its samples the same. -#}
{% macro _judge_fit(run, fits) %}
    {% set calibration, everybody = fits %}
    {% set reasons = [] %}
    {% if everybody.customer_count < run.min_customers or calibration.customer_count < run.min_customers %}
        {% do reasons.append(
            [everybody.customer_count, calibration.customer_count] | min ~ ' customers before the hold-out, where '
            ~ run.min_customers ~ ' are wanted'
        ) %}
    {% elif everybody.r is not defined or calibration.r is not defined %}
        {% do reasons.append('nobody has bought again') %}
    {% else %}
        {% do calibration.update({'holdout_predicted': outhaul._predict_holdout(run, calibration)}) %}
        {% do reasons.extend(outhaul._faults_of_fit(run, calibration, everybody)) %}
    {% endif %}
    {% for fit in fits if reasons %}
        {% do fit.update({'refusal': reasons | join('; ')}) %}
    {% endfor %}
{% endmacro %}

{% macro _faults_of_fit(run, calibration, everybody) %}
    {% set reasons = [] %}
    {% if everybody.correlation | abs > run.max_correlation %}
        {% do reasons.append(
            'value and frequency correlate: ' ~ everybody.correlation | round(2) ~ ', where at most ' ~ run.max_correlation ~ ' is wanted'
        ) %}
    {% endif %}
    {% if not (everybody.is_found and everybody.are_values_found and calibration.is_found) %}
        {% do reasons.append('no best parameters after ' ~ run.max_rounds ~ ' rounds') %}
    {% elif everybody.q <= 1 %}
        {% do reasons.append('values differ too much to have an average (q is ' ~ everybody.q | round(2) ~ ')') %}
    {% endif %}
    {% if not calibration.holdout_actual %}
        {% do reasons.append('nobody bought in the hold-out') %}
    {% else %}
        {% set error = calibration.holdout_predicted / calibration.holdout_actual - 1 %}
        {% if error | abs > run.max_holdout_error %}
            {% do reasons.append(
                'the hold-out had ' ~ calibration.holdout_actual | round | int ~ ' purchases, and '
                ~ calibration.holdout_predicted | round | int ~ ' were predicted'
            ) %}
        {% endif %}
    {% endif %}
    {{ return(reasons) }}
{% endmacro %}

{#- How many purchases the hold-out should have, by what was bought before it. -#}
{% macro _predict_holdout(run, fit) %}
    {% set double = outhaul.type_double() %}
    {% set query -%}
        with

        _outhaul_parameters_1 as (
            select
                {%- for name in ['r', 'alpha', 'a', 'b'] %}
                cast({{ fit[name] }} as {{ double }}) as {{ name }}{{ ',' if not loop.last }}
                {%- endfor %}
        ),

        _outhaul_binned_1 as (
            select
                bins.*,
                parameters.*
            from {{ run.tables['purchases_' ~ fit.fitted_to] }} as bins
            cross join _outhaul_parameters_1 as parameters
        ),

        _outhaul_given_1 as (
            select
                _outhaul_binned_1.*,
                {{ outhaul._probability_alive() }} as probability_alive
            from _outhaul_binned_1
        ),

        {{ outhaul._growth_steps('_outhaul_given_1', {'holdout': 'cast(' ~ fit.holdout_days ~ ' as ' ~ double ~ ') / 7'}) }}

        select sum(given.customer_count * given.probability_alive * growth.holdout)
        from _outhaul_given_1 as given
        inner join _outhaul_growth_1 as growth
            on growth.frequency = given.frequency and growth.age_days = given.age_days
    {%- endset %}
    {{ return(outhaul._fetch(query)[0][0] | float) }}
{% endmacro %}
