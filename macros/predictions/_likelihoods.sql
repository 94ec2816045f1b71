{#- How likely purchases are by parameters, at a point of a search and around it.

Fader, Hardie and Lee, "Counting Your Customers the Easy Way" (2005), equation 6;
Fader and Hardie, "The Gamma-Gamma Model of Monetary Value" (2013), equation 1a. Time is in
weeks. No power is taken of what may be large, since some warehouses refuse an overflow. -#}
{% macro _purchase_likelihoods(bins, state) -%}
    {% set double = outhaul.type_double() -%}
    with

    moves as (select -1 as move union all select 0 union all select 1),

    points as (
        {{ outhaul._points(['r', 'alpha', 'a', 'b'], state) }}
    ),

    constants as (
        select
            points.*,
            {{ outhaul._log_gamma('(a + b)') }}
            - {{ outhaul._log_gamma('r') }}
            - {{ outhaul._log_gamma('b') }}
            + r * ln(alpha) as constant
        from points
        {{- outhaul.subquery_fence() }}
    ),

    paired as (
        select
            constants.*,
            bins.frequency,
            bins.customer_count,
            r + bins.frequency as shape,
            b + bins.frequency as beta,
            a + b + bins.frequency as total,
            alpha + cast(bins.recency_days as {{ double }}) / 7 as until_last,
            alpha + cast(bins.age_days as {{ double }}) / 7 as until_now
        from constants
        cross join {{ bins }} as bins
        {{- outhaul.subquery_fence() }}
    ),

    judged as (
        select
            paired.*,
            0 - shape * ln(until_now) as stayed,
            case when frequency > 0 then ln(a) - ln(beta - 1) - shape * ln(until_last) end as lost
        from paired
        {{- outhaul.subquery_fence() }}
    )

    select
        {{ outhaul._moves_of(4) }},
        sum(customer_count * (
            constant + {{ outhaul._log_gamma('shape') }} + {{ outhaul._log_gamma('beta') }} - {{ outhaul._log_gamma('total') }}
            + case
                when frequency = 0 then stayed
                else greatest(stayed, lost) + ln(1 + exp(greatest(0 - abs(stayed - lost), -700)))
            end
        )) as log_likelihood
    from judged
    group by {{ outhaul._moves_of(4) }}
    order by log_likelihood desc, {{ outhaul._moves_of(4) }}
    limit 1
{%- endmacro %}

{% macro _value_likelihoods(bins, state) -%}
    {% set double = outhaul.type_double() -%}
    with

    moves as (select -1 as move union all select 0 union all select 1),

    points as (
        {{ outhaul._points(['p', 'q', 'v'], state) }}
    ),

    constants as (
        select
            points.*,
            q * ln(v) - {{ outhaul._log_gamma('q') }} as constant
        from points
        {{- outhaul.subquery_fence() }}
    ),

    paired as (
        select
            constants.*,
            bins.customer_count,
            cast(bins.frequency as {{ double }}) as x,
            p * bins.frequency as shape,
            cast(bins.value_step as {{ double }}) / 1000 as log_value
        from constants
        cross join {{ bins }} as bins
        {{- outhaul.subquery_fence() }}
    )

    select
        {{ outhaul._moves_of(3) }},
        sum(customer_count * (
            constant + {{ outhaul._log_gamma('(shape + q)') }} - {{ outhaul._log_gamma('shape') }}
            + (shape - 1) * log_value + shape * ln(x) - (shape + q) * ln(x * exp(log_value) + v)
        )) as log_likelihood
    from paired
    group by {{ outhaul._moves_of(3) }}
    order by log_likelihood desc, {{ outhaul._moves_of(3) }}
    limit 1
{%- endmacro %}

{#- ln Γ(z) of a positive number, by Stirling's series eight further on: to 10 digits. -#}
{% macro _log_gamma(z) %}
    {% set factors = [z] %}
    {% for number in range(1, 8) %}
        {% do factors.append('(' ~ z ~ ' + ' ~ number ~ ')') %}
    {% endfor %}
    {% set far = '(' ~ z ~ ' + 8)' %}
    {{ return(
        '((' ~ z ~ ' + 7.5) * ln' ~ far ~ ' - ' ~ far ~ ' + 0.9189385332046727 + 1 / (12 * ' ~ far
        ~ ') - 1 / (360 * ' ~ far ~ ' * ' ~ far ~ ' * ' ~ far ~ ') - ln(' ~ factors | join(' * ') ~ '))'
    ) }}
{% endmacro %}
