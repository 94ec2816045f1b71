{#- What to offer each customer who has bought: `rec_1` to `rec_n`, as a query. -#}
{% macro recommendations(purchases, similarity, key, item, top=5) %}
    {{ return(adapter.dispatch('recommendations', 'outhaul')(purchases, similarity, key, item, top)) }}
{% endmacro %}

{% macro default__recommendations(purchases, similarity, key, item, top) %}
    {% if not execute %}
        {{ return('') }}
    {% endif %}
    {% set plan = outhaul._new_plan('recommendations') %}
    {% set scope = outhaul._new_scope(plan, purchases, 'purchases', key) %}
    {% set likeness = outhaul._new_scope(plan, similarity, 'similarity') %}
    {% set customer = outhaul._record_columns(scope, []) %}
    {% set article = outhaul._column(scope, item, 'item') %}
    {% set own = {} %}
    {% for name in ['item', 'similar_item', 'score'] %}
        {% set column = outhaul._column(likeness, name, 'similarity') %}
        {% do own.update({name: column.sql if column is not none else name}) %}
    {% endfor %}
    {% if not outhaul._is_days(top) %}
        {% do plan.problems.append('top: wants a whole number from 1 on, not ' ~ outhaul._shown(top)) %}
    {% endif %}
    {% do outhaul._settle_plan(plan) %}
    {% set keys = outhaul._customer_keys(customer | length) %}
    {% do plan.ctes.append({'name': '_outhaul_bought_1', 'body': '    ' ~ outhaul._bought_items(scope, customer, article.sql)}) %}
    {% do plan.ctes.append({'name': '_outhaul_popular_1', 'body': '    ' ~ outhaul._popular_items()}) %}
    {% do plan.ctes.append({'name': '_outhaul_scored_1', 'body': '    ' ~ outhaul._scored_items(keys, likeness, own)}) %}
    {% do plan.ctes.append({'name': '_outhaul_similar_1', 'body': '    ' ~ outhaul._similar_items(keys, top)}) %}
    {% do plan.ctes.append({'name': '_outhaul_customers_1', 'body': '    ' ~ outhaul._served_customers(keys)}) %}
    {% do plan.ctes.append({'name': '_outhaul_offered_1', 'body': '    ' ~ outhaul._offered_items(keys, top)}) %}
    {% do plan.ctes.append({'name': '_outhaul_chosen_1', 'body': '    ' ~ outhaul._recommended_columns(customer, keys, top)}) %}
    {{ return(outhaul._query(plan)) }}
{% endmacro %}

{#- Of items that equally many have, the smaller one is first. Nobody has so many that more
    than a hundred would be looked through. -#}
{% macro _popular_items() -%}
    select item, popularity
    from (
        select
            item,
            row_number() over (order by customer_count desc, item) as popularity
        from (
            select item, count(*) as customer_count
            from _outhaul_bought_1
            group by item
        ) as counted
    ) as ranked
    where popularity <= 100
{%- endmacro %}

{#- What is like the things that a customer has, and they do not have. -#}
{% macro _scored_items(keys, likeness, own) -%}
    select
        {% for key in keys %}bought.{{ key }}, {% endfor %}
        {{ own.similar_item }} as item,
        sum({{ own.score }}) as score
{{ outhaul._from_lines(likeness) }}
    inner join _outhaul_bought_1 as bought
        on bought.item = {{ own.item }}
    left join _outhaul_bought_1 as owned
        on {{ outhaul._same_customer(keys, 'owned', 'bought') }} and owned.item = {{ own.similar_item }}
    where owned.item is null
    group by {% for key in keys %}bought.{{ key }}, {% endfor %}{{ own.similar_item }}
{%- endmacro %}

{% macro _similar_items(keys, top) -%}
    select {{ keys | join(', ') }}, item, place
    from (
        select
            {{ keys | join(', ') }},
            item,
            row_number() over (partition by {{ keys | join(', ') }} order by score desc, item) as place
        from _outhaul_scored_1
    ) as ranked
    where place <= {{ top }}
{%- endmacro %}

{% macro _served_customers(keys) -%}
    select
        {% for key in keys %}bought.{{ key }}, {% endfor %}
        count(distinct likely.place) as similar_count
    from _outhaul_bought_1 as bought
    left join _outhaul_similar_1 as likely
        on {{ outhaul._same_customer(keys, 'likely', 'bought') }}
    group by {% for key in keys %}bought.{{ key }}{{ ', ' if not loop.last }}{% endfor %}
{%- endmacro %}

{#- Similar items, then popular ones in the places that are left. -#}
{% macro _offered_items(keys, top) -%}
    select {{ keys | join(', ') }}, item, place
    from _outhaul_similar_1

    union all

    select
        {% for key in keys %}customers.{{ key }}, {% endfor %}
        popular.item,
        customers.similar_count + row_number() over (
            partition by {% for key in keys %}customers.{{ key }}{{ ', ' if not loop.last }}{% endfor %}
            order by popular.popularity
        ) as place
    from _outhaul_customers_1 as customers
    cross join _outhaul_popular_1 as popular
    left join _outhaul_bought_1 as bought
        on {{ outhaul._same_customer(keys, 'bought', 'customers') }} and bought.item = popular.item
    left join _outhaul_similar_1 as likely
        on {{ outhaul._same_customer(keys, 'likely', 'customers') }} and likely.item = popular.item
    where customers.similar_count < {{ top }} and bought.item is null and likely.item is null
{%- endmacro %}

{% macro _recommended_columns(customer, keys, top) -%}
    select
        {%- for key in keys %}
        customers.{{ key }} as {{ customer[loop.index0].new_name }},
        {%- endfor %}
        {%- for number in range(1, top + 1) %}
        max(case when offered.place = {{ number }} then offered.item end) as rec_{{ number }},
        {%- endfor %}
        cast(max(customers.similar_count) as {{ dbt.type_bigint() }}) as similar_count
    from _outhaul_customers_1 as customers
    left join _outhaul_offered_1 as offered
        on {{ outhaul._same_customer(keys, 'offered', 'customers') }}
    group by {% for key in keys %}customers.{{ key }}{{ ', ' if not loop.last }}{% endfor %}
{%- endmacro %}
