{#- What to expect of a customer by the parameters (BG/NBD). Rows have frequency,
    recency_days, age_days, r, alpha, a and b; time is in weeks. -#}

{#- Whether a customer has not left: of one who never came back, nothing tells. -#}
{% macro _probability_alive() -%}
    {% set double = outhaul.type_double() -%}
    case
            when frequency = 0 then 1
            else 1 / (1 + exp(greatest(-700, least(700,
                ln(a) - ln(b + frequency - 1) + (r + frequency) * (
                    ln(alpha + cast(age_days as {{ double }}) / 7) - ln(alpha + cast(recency_days as {{ double }}) / 7)
                )
            ))))
        end
{%- endmacro %}

{#- Steps to `_outhaul_growth_1`: how often one who has not left will buy, by frequency and age, over each
    of the horizons (name to weeks, as SQL).

    (a + b + x - 1) / (a - 1) * (1 - (1 - z)^(a - 1) * F(a + b - 1 - r, a - 1; a + b + x - 1; z))

with z = t / (alpha + T + t): the published expectation after Euler's transformation of the
hypergeometric series F, which then converges where z is near 1. Its terms are summed as
logarithms with a sign, and none below 1e-13 of z is. -#}
{% macro _growth_steps(source, horizons) -%}
    {% set double = outhaul.type_double() -%}
    _outhaul_horizons_1 as (
        {%- for name, weeks in horizons.items() %}
        {{ 'union all ' if not loop.first }}select '{{ name }}' as horizon, {{ weeks }} as weeks
        {%- endfor %}
    ),

    _outhaul_ages_1 as (
        select distinct frequency, age_days
        from {{ source }}
    ),

    {#- a - 1 is divided by -#}
    _outhaul_shapes_1 as (
        select
            r,
            alpha,
            case when abs(a - 1) < 0.000001 then 0.000001 else a - 1 end as excess,
            b
        from _outhaul_parameters_1
    ),

    _outhaul_digits_1 as (
        {%- for digit in range(10) %}
        {{ 'union all ' if not loop.first }}select {{ digit }} as digit
        {%- endfor %}
    ),

    _outhaul_places_1 as (
        select hundreds.digit * 100 + tens.digit * 10 + ones.digit as place
        from _outhaul_digits_1 as ones
        cross join _outhaul_digits_1 as tens
        cross join _outhaul_digits_1 as hundreds
        where hundreds.digit < 4
    ),

    _outhaul_ratios_1 as (
        select
            frequencies.frequency,
            places.place + 1 as place,
            (excess + b - r + places.place) * (excess + places.place)
            / ((excess + b + frequencies.frequency + places.place) * (places.place + 1)) as ratio
        from (select distinct frequency from _outhaul_ages_1 as ages) as frequencies
        cross join _outhaul_places_1 as places
        cross join _outhaul_shapes_1 as shapes
    ),

    _outhaul_terms_1 as (
        select
            frequency,
            place,
            sum(ln(greatest(abs(ratio), 1e-300))) over (
                partition by frequency order by place rows between unbounded preceding and current row
            ) as size,
            sum(case when ratio < 0 then 1 else 0 end) over (
                partition by frequency order by place rows between unbounded preceding and current row
            ) as flips
        from _outhaul_ratios_1 as ratios
    ),

    _outhaul_spans_1 as (
        select
            ages.frequency,
            ages.age_days,
            horizons.horizon,
            excess,
            excess + b + ages.frequency as total,
            ln(weeks) - ln(alpha + cast(ages.age_days as {{ double }}) / 7 + weeks) as log_span,
            ln(alpha + cast(ages.age_days as {{ double }}) / 7)
            - ln(alpha + cast(ages.age_days as {{ double }}) / 7 + weeks) as log_rest
        from _outhaul_ages_1 as ages
        cross join _outhaul_horizons_1 as horizons
        cross join _outhaul_shapes_1 as shapes
    ),

    _outhaul_summed_1 as (
        select
            spans.frequency,
            spans.age_days,
            spans.horizon,
            1 + coalesce(sum(
                case when mod(terms.flips, 2) = 1 then -1 else 1 end
                * exp(greatest(-700, terms.size + terms.place * spans.log_span))
            ), 0) as series
        from _outhaul_spans_1 as spans
        left join _outhaul_terms_1 as terms
            on terms.frequency = spans.frequency and terms.place * spans.log_span > -30
        group by spans.frequency, spans.age_days, spans.horizon
    ),

    _outhaul_grown_1 as (
        select
            spans.frequency,
            spans.age_days,
            spans.horizon,
            total / excess * (1 - exp(excess * log_rest) * summed.series) as growth
        from _outhaul_spans_1 as spans
        inner join _outhaul_summed_1 as summed
            on
                summed.frequency = spans.frequency
                and summed.age_days = spans.age_days
                and summed.horizon = spans.horizon
    ),

    _outhaul_growth_1 as (
        select
            frequency,
            age_days
            {%- for name in horizons %},
            max(case when horizon = '{{ name }}' then growth end) as {{ name }}
            {%- endfor %}
        from _outhaul_grown_1 as grown
        group by frequency, age_days
    )
{%- endmacro %}

{#- The last fit of a sample that was accepted, or that was made. -#}
{% macro _last_fit(own, scope, sample, is_accepted) -%}
    select
        {%- for name in ['r', 'alpha', 'a', 'b', 'p', 'q', 'v'] %}
        {{ own[name] }} as {{ name }},
        {%- endfor %}
        {{ own.holdout_days }} as fitted_holdout_days
{{ outhaul._from_lines(scope) }}
    where
        {{ own.fitted_to }} = '{{ sample }}'
        and {{ own.r }} is not null
        {%- if is_accepted %}
        and {{ own.refusal }} is null
        {%- endif %}
    order by {{ own.fitted_at }} desc
    limit 1
{%- endmacro %}

{#- The columns of a fitted model, as SQL by their name. -#}
{% macro _columns_of_fit(scope) %}
    {% set own = {} %}
    {% for name in ['fitted_at'] + outhaul._fit_columns().keys() | list %}
        {% set column = outhaul._column(scope, name, 'fit') %}
        {% do own.update({name: column.sql if column is not none else name}) %}
    {% endfor %}
    {{ return(own) }}
{% endmacro %}
