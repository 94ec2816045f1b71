{#- The best parameters of one sample: `everything`, or their `calibration` period. -#}
{% macro _fit_sample(run, sample) %}
    {% do outhaul._count_bins(run, sample) %}
    {% set fit = outhaul._facts_of_sample(run, sample) %}
    {% do fit.update(outhaul._last_parameters(run, sample)) %}
    {% if fit.customer_count >= run.min_customers and fit.repeat_customer_count > 0 %}
        {% do outhaul._search_purchases(run, fit) %}
        {% do outhaul._search_values(run, fit) %}
    {% endif %}
    {{ return(fit) }}
{% endmacro %}

{#- Customers who are alike count once, with their number: by days, and beyond 50,000 of them
    by weeks, so that the bins stay fewer than a warehouse notices; values to 0.1 %. -#}
{% macro _count_bins(run, sample) %}
    {% set prefix = 'calibration_' if sample == 'calibration' else '' %}
    {% set number = dbt.type_bigint() %}
    {% set width = 7 if outhaul._count_rows(run, 'given') > 50000 else 1 %}
    {% set days = [] %}
    {% for name in ['recency_days', 'age_days'] %}
        {% do days.append('cast(round(' ~ prefix ~ name ~ ' / ' ~ width ~ '.0) * ' ~ width ~ ' as ' ~ number ~ ')') %}
    {% endfor %}
    {% set value = 'cast(round(ln(' ~ prefix ~ 'average_value) * 1000) as ' ~ number ~ ')' %}
    {% do outhaul._make_table(run, 'purchases_' ~ sample, outhaul._purchase_bins(run, prefix, days), ['frequency', 'age_days']) %}
    {% do outhaul._make_table(run, 'values_' ~ sample, outhaul._value_bins(run, prefix, value), ['frequency']) %}
{% endmacro %}

{% macro _purchase_bins(run, prefix, days) -%}
    select
        {{ prefix }}frequency as frequency,
        {{ days[0] }} as recency_days,
        {{ days[1] }} as age_days,
        count(*) as customer_count
    from {{ run.tables['given'] }}
    where {{ prefix }}frequency is not null
    group by {{ prefix }}frequency, {{ days[0] }}, {{ days[1] }}
{%- endmacro %}

{% macro _value_bins(run, prefix, value) -%}
    select
        {{ prefix }}frequency as frequency,
        {{ value }} as value_step,
        count(*) as customer_count
    from {{ run.tables['given'] }}
    where {{ prefix }}frequency > 0 and {{ prefix }}average_value > 0
    group by {{ prefix }}frequency, {{ value }}
{%- endmacro %}

{#- Counts, and how frequency and value go together. Not every warehouse has corr(). -#}
{% macro _facts_of_sample(run, sample) %}
    {% set prefix = 'calibration_' if sample == 'calibration' else '' %}
    {% set double = outhaul.type_double() %}
    {% set query -%}
        select
            count(frequency),
            count(case when frequency > 0 then 1 end),
            coalesce(max(holdout_days), 0),
            coalesce(sum(holdout_purchases), 0),
            count(x),
            coalesce(avg(x), 0),
            coalesce(avg(value), 0),
            coalesce(avg(x * x), 0),
            coalesce(avg(value * value), 0),
            coalesce(avg(x * value), 0),
            coalesce(ln(avg(value)), 0)
        from (
            select
                {{ prefix }}frequency as frequency,
                holdout_days,
                holdout_purchases,
                case when {{ prefix }}average_value > 0 then cast({{ prefix }}frequency as {{ double }}) end as x,
                case when {{ prefix }}average_value > 0 then cast({{ prefix }}average_value as {{ double }}) end as value
            from {{ run.tables['given'] }}
        ) as given
    {%- endset %}
    {#- Drivers may give decimals, which Jinja does not mix with other numbers. -#}
    {% set row = outhaul._fetch(query)[0] | map('float') | list %}
    {% set spread = (row[7] - row[5] ** 2) * (row[8] - row[6] ** 2) %}
    {{ return({
        'fitted_to': sample, 'refusal': none, 'customer_count': row[0] | int, 'repeat_customer_count': row[4] | int,
        'holdout_days': row[2] | int, 'holdout_actual': row[3] if sample == 'calibration' else none,
        'correlation': (row[9] - row[5] * row[6]) / spread ** 0.5 if spread > 0 else 0,
        'log_average': row[10],
    }) }}
{% endmacro %}

{#- Where the search begins: at the last parameters, or anywhere. -#}
{% macro _last_parameters(run, sample) %}
    {% set rows = outhaul._fetch(
        'select ln(r), ln(alpha), ln(a), ln(b), ln(p), ln(q), ln(v) from ' ~ run.relation ~ " where fitted_to = '" ~ sample
        ~ "' and refusal is null order by fitted_at desc limit 1"
    ) %}
    {% if rows %}
        {{ return({'start': rows[0] | map('float') | list, 'step': 0.125}) }}
    {% endif %}
    {{ return({'start': none, 'step': 1.0}) }}
{% endmacro %}
