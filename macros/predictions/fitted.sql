{#- The parameters of purchases: two rows for each fit, kept as a history that no build drops.

The model is a call of `outhaul.fit_purchases`. A fit is made where none was accepted within
`refit_after_days`: of all purchases, and of those before the hold-out period, which is what
the model is judged by. -#}
{% materialization fitted, default %}

    -- relations and configuration
    {% set target_relation = this.incorporate(type='table') %}
    {% set run = outhaul._fitting(target_relation) %}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    -- the history, where there is none yet
    {% if not outhaul.exists(target_relation) %}
        {% do outhaul.replace_table(target_relation, outhaul._no_fits(), 'main') %}
    {% else %}
        {% do outhaul._no_main_statement() %}
    {% endif %}

    -- the fits
    {% if not outhaul._sees_only_a_part() and outhaul._is_fit_due(run) %}
        {% do outhaul._read_summary(run, sql) %}
        {% set fits = [outhaul._fit_sample(run, 'calibration'), outhaul._fit_sample(run, 'everything')] %}
        {% do outhaul._judge_fit(run, fits) %}
        {% do outhaul._record_fits(run, fits) %}
        {% do outhaul._drop_tables(run, run.tables.keys() | list) %}
    {% endif %}

    {% do apply_grants(target_relation, config.get('grants'), should_revoke=true) %}
    {% do persist_docs(target_relation, model) %}

    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {% do outhaul.end_transaction(is_done=true) %}
    {{ run_hooks(post_hooks, inside_transaction=False) }}

    {{ return({'relations': [target_relation]}) }}

{% endmaterialization %}

{#- What a fit goes by. `tables`: its work tables, by name. -#}
{% macro _fitting(relation) %}
    {% set meta = (config.get('meta') or {}).get('outhaul') or {} %}
    {% set run = {
        'relation': relation,
        'marker': modules.re.sub('[^0-9a-z]', '', invocation_id),
        'tables': {},
    } %}
    {% set plan = {'problems': []} %}
    {#- A thousand customers are what Fader, Hardie and Lee call enough; 0.3 is where a
        correlation is commonly called weak no more. -#}
    {% set defaults = {
        'refit_after_days': 30, 'max_rounds': 100, 'min_customers': 1000, 'max_correlation': 0.3, 'max_holdout_error': 0.2,
    } %}
    {% do outhaul._check_keys(plan, meta, defaults.keys() | list + ['parent', 'report'], 'meta.outhaul') %}
    {% for name, default in defaults.items() %}
        {% set value = meta.get(name, default) %}
        {% if value is not number or value is boolean or value <= 0 or (default is integer and value is not integer) %}
            {% do plan.problems.append(
                'meta.outhaul.' ~ name ~ ': wants a ' ~ ('whole number from 1 on' if default is integer else 'number above 0')
                ~ ', not ' ~ outhaul._shown(value)
            ) %}
        {% endif %}
        {% do run.update({name: value}) %}
    {% endfor %}
    {% if plan.problems %}
        {% do outhaul._refuse_call('fit_purchases', plan.problems | join('; ')) %}
    {% endif %}
    {{ return(run) }}
{% endmacro %}

{#- The columns of the history, each with its type. -#}
{% macro _fit_columns() %}
    {% set text, number, double = outhaul.type_text(), dbt.type_bigint(), outhaul.type_double() %}
    {{ return({
        'fitted_to': text, 'refusal': text, 'customer_count': number, 'repeat_customer_count': number,
        'holdout_days': number,
        'r': double, 'alpha': double, 'a': double, 'b': double, 'log_likelihood': double, 'rounds': number,
        'p': double, 'q': double, 'v': double, 'value_log_likelihood': double, 'value_rounds': number,
        'correlation': double, 'holdout_predicted': double, 'holdout_actual': double,
    }) }}
{% endmacro %}

{% macro _no_fits() -%}
    select
        {{ outhaul.now_utc() }} as fitted_at
        {%- for name, type in outhaul._fit_columns().items() %},
        cast(null as {{ type }}) as {{ name }}
        {%- endfor %}
    from (select 1 as n) as nothing
    where n = 0
{%- endmacro %}

{#- A fit that was refused is tried again at the next build. -#}
{% macro _is_fit_due(run) %}
    {% set found = outhaul._fetch(
        'select ' ~ dbt.datediff('max(fitted_at)', outhaul.now_utc(), 'day')
        ~ ' from ' ~ run.relation ~ ' where refusal is null'
    )[0][0] %}
    {{ return(found is none or found >= run.refit_after_days) }}
{% endmacro %}

{#- Run the model's query, once. -#}
{% macro _read_summary(run, sql) %}
    {% do run.tables.update({'given': outhaul.work_relation(run.relation, 'given', run.marker)}) %}
    {% do outhaul._execute(outhaul.create_model_work_table(run.tables['given'], sql), 'outhaul_model') %}
{% endmacro %}

{% macro _record_fits(run, fits) %}
    {% set rows = [] %}
    {% for fit in fits %}
        {% set values = [outhaul.now_utc()] %}
        {% for name, type in outhaul._fit_columns().items() %}
            {% set value = fit.get(name) %}
            {% do values.append(
                'cast(' ~ ('null' if value is none else outhaul.literal(value) if value is string else value) ~ ' as ' ~ type ~ ')'
            ) %}
        {% endfor %}
        {% do rows.append('select ' ~ values | join(', ')) %}
    {% endfor %}
    {% do outhaul._execute('insert into ' ~ run.relation ~ ' ' ~ rows | join(' union all ')) %}
    {% set told = 'outhaul: ' ~ model.name ~ ': ' %}
    {% if fits[1].refusal is none %}
        {% do log(told ~ 'fitted to ' ~ fits[1].customer_count ~ ' customers in ' ~ fits[1].rounds ~ ' rounds', info=true) %}
    {% else %}
        {% do exceptions.warn(told ~ 'the fit is refused: ' ~ fits[1].refusal) %}
    {% endif %}
{% endmacro %}
