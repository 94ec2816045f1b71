{#- How many customers later bought what was recommended, beside what is popular alone; as a query. -#}
{% macro recommendation_hits(recommendations, before, after, key, item, top=5) %}
    {{ return(adapter.dispatch('recommendation_hits', 'outhaul')(recommendations, before, after, key, item, top)) }}
{% endmacro %}

{% macro default__recommendation_hits(recommendations, before, after, key, item, top) %}
    {% if not execute %}
        {{ return('') }}
    {% endif %}
    {% set plan = outhaul._new_plan('recommendation_hits') %}
    {% set given = outhaul._new_scope(plan, recommendations, 'recommendations', key) %}
    {% set earlier = outhaul._new_scope(plan, before, 'before', key) %}
    {% set later = outhaul._new_scope(plan, after, 'after', key) %}
    {% set customer = outhaul._record_columns(given, []) %}
    {% set its_earlier = outhaul._record_columns(earlier, []) if customer else [] %}
    {% set its_later = outhaul._record_columns(later, []) if customer else [] %}
    {% set item_before = outhaul._column(earlier, item, 'before') %}
    {% set item_after = outhaul._column(later, item, 'after') %}
    {% set offers = [] %}
    {% for number in range(1, top + 1) %}
        {% set column = outhaul._column(given, 'rec_' ~ number, 'recommendations') %}
        {% do offers.append(column.sql if column is not none else 'null') %}
    {% endfor %}
    {% do outhaul._settle_plan(plan) %}
    {% set keys = outhaul._customer_keys(customer | length) %}
    {% do plan.ctes.append({'name': '_outhaul_bought_1', 'body': '    ' ~ outhaul._bought_items(earlier, its_earlier, item_before.sql)}) %}
    {% do plan.ctes.append({'name': '_outhaul_popular_1', 'body': '    ' ~ outhaul._popular_items()}) %}
    {% do plan.ctes.append({'name': '_outhaul_later_1', 'body': '    ' ~ outhaul._bought_items(later, its_later, item_after.sql)}) %}
    {% do plan.ctes.append({'name': '_outhaul_news_1', 'body': '    ' ~ outhaul._new_items(keys, given, customer)}) %}
    {% do plan.ctes.append({'name': '_outhaul_offers_1', 'body': outhaul._offers_by_method(given, customer, keys, offers, top)}) %}
    {% do plan.ctes.append({'name': '_outhaul_hits_1', 'body': '    ' ~ outhaul._counted_hits(keys)}) %}
    {{ return(outhaul._query(plan)) }}
{% endmacro %}

{#- What the customers bought later and did not have; who bought nothing new tells nothing. -#}
{% macro _new_items(keys, given, customer) -%}
    {% set pairs = [] -%}
    {% for each in customer %}{% do pairs.append(each.sql ~ ' = later.' ~ keys[loop.index0]) %}{% endfor -%}
    select
        {% for key in keys %}later.{{ key }}, {% endfor %}
        later.item
{{ outhaul._from_lines(given) }}
    inner join _outhaul_later_1 as later
        on {{ pairs | join(' and ') }}
    left join _outhaul_bought_1 as bought
        on {{ outhaul._same_customer(keys, 'bought', 'later') }} and bought.item = later.item
    where bought.item is null
{%- endmacro %}

{% macro _offers_by_method(given, customer, keys, offers, top) %}
    {% set text = outhaul.type_text() %}
    {% set parts = [] %}
    {% for offer in offers %}
        {% set columns = [] %}
        {% for each in customer %}
            {% do columns.append(each.sql ~ ' as ' ~ keys[loop.index0]) %}
        {% endfor %}
        {% do parts.append(
            '    select\n        cast(' ~ outhaul.literal('recommendations') ~ ' as ' ~ text ~ ') as method,\n        '
            ~ columns | join(',\n        ') ~ ',\n        ' ~ offer ~ ' as item\n' ~ outhaul._from_lines(given)
        ) %}
    {% endfor %}
    {% do parts.append('    ' ~ outhaul._popular_offers(keys, top)) %}
    {{ return(parts | join('\n\n    union all\n\n')) }}
{% endmacro %}

{#- The most popular items that a customer does not have. -#}
{% macro _popular_offers(keys, top) -%}
    select
        'popularity alone',
        {{ keys | join(', ') }},
        item
    from (
        select
            {% for key in keys %}customers.{{ key }}, {% endfor %}
            popular.item,
            row_number() over (
                partition by {% for key in keys %}customers.{{ key }}{{ ', ' if not loop.last }}{% endfor %}
                order by popular.popularity
            ) as place
        from (select distinct {{ keys | join(', ') }} from _outhaul_bought_1) as customers
        cross join _outhaul_popular_1 as popular
        left join _outhaul_bought_1 as bought
            on {{ outhaul._same_customer(keys, 'bought', 'customers') }} and bought.item = popular.item
        where bought.item is null
    ) as ranked
    where place <= {{ top }}
{%- endmacro %}

{% macro _counted_hits(keys) -%}
    {% set number, double = dbt.type_bigint(), outhaul.type_double() -%}
    select
        method,
        cast(count(*) as {{ number }}) as customer_count,
        cast(sum(is_hit) as {{ number }}) as hit_count,
        cast(sum(is_hit) as {{ double }}) / count(*) as hit_rate
    from (
        select
            methods.method,
            {% for key in keys %}news.{{ key }}, {% endfor %}
            max(case when offers.item is null then 0 else 1 end) as is_hit
        from _outhaul_news_1 as news
        cross join (select distinct method from _outhaul_offers_1) as methods
        left join _outhaul_offers_1 as offers
            on
                offers.method = methods.method
                and {{ outhaul._same_customer(keys, 'offers', 'news') }}
                and offers.item = news.item
        group by methods.method, {% for key in keys %}news.{{ key }}{{ ', ' if not loop.last }}{% endfor %}
    ) as judged
    group by method
{%- endmacro %}
