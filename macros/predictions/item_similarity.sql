{#- Which items the same customers buy: for each the ones that are most like it, as a query. -#}
{% macro item_similarity(purchases, key, item, min_support=3, shrinkage=10, top=50, max_items=500) %}
    {{ return(adapter.dispatch('item_similarity', 'outhaul')(
        purchases, key, item, min_support, shrinkage, top, max_items
    )) }}
{% endmacro %}

{% macro default__item_similarity(purchases, key, item, min_support, shrinkage, top, max_items) %}
    {% if not execute %}
        {{ return('') }}
    {% endif %}
    {% set plan = outhaul._new_plan('item_similarity') %}
    {% set scope = outhaul._new_scope(plan, purchases, 'purchases', key) %}
    {% set customer = outhaul._record_columns(scope, []) %}
    {% set article = outhaul._column(scope, item, 'item') %}
    {% for name, value in {'min_support': min_support, 'top': top, 'max_items': max_items}.items() if not outhaul._is_days(value) %}
        {% do plan.problems.append(name ~ ': wants a whole number from 1 on, not ' ~ outhaul._shown(value)) %}
    {% endfor %}
    {% if shrinkage is not number or shrinkage is boolean or shrinkage < 0 %}
        {% do plan.problems.append('shrinkage: wants a number from 0 on, not ' ~ outhaul._shown(shrinkage)) %}
    {% endif %}
    {% do outhaul._settle_plan(plan) %}
    {% set keys = outhaul._customer_keys(customer | length) %}
    {% do plan.ctes.append({'name': '_outhaul_bought_1', 'body': '    ' ~ outhaul._bought_items(scope, customer, article.sql)}) %}
    {% do plan.ctes.append({'name': '_outhaul_baskets_1', 'body': '    ' ~ outhaul._usual_baskets(keys, max_items)}) %}
    {% do plan.ctes.append({'name': '_outhaul_items_1', 'body': '    ' ~ outhaul._counted_items()}) %}
    {% do plan.ctes.append({'name': '_outhaul_pairs_1', 'body': '    ' ~ outhaul._item_pairs(keys, min_support)}) %}
    {% do plan.ctes.append({'name': '_outhaul_scored_1', 'body': '    ' ~ outhaul._scored_pairs(shrinkage)}) %}
    {% do plan.ctes.append({
        'name': '_outhaul_similar_1', 'body': '    select * from _outhaul_scored_1\n    where place <= ' ~ top,
    }) %}
    {{ return(outhaul._query(plan)) }}
{% endmacro %}

{% macro _customer_keys(count) %}
    {% set keys = [] %}
    {% for number in range(count) %}
        {% do keys.append(outhaul._numbered_name('key', number + 1)) %}
    {% endfor %}
    {{ return(keys) }}
{% endmacro %}

{#- Whether two steps speak of the same customer. -#}
{% macro _same_customer(keys, one, other) %}
    {% set pairs = [] %}
    {% for key in keys %}
        {% do pairs.append(one ~ '.' ~ key ~ ' = ' ~ other ~ '.' ~ key) %}
    {% endfor %}
    {{ return(pairs | join(' and ')) }}
{% endmacro %}

{#- Who has what; twice the same counts once. -#}
{% macro _bought_items(scope, customer, item) -%}
    select distinct
        {%- for each in customer %}
        {{ each.sql }} as {{ outhaul._numbered_name('key', loop.index) }},
        {%- endfor %}
        {{ item }} as item
{{ outhaul._from_lines(scope) }}
    where
        {{ item }} is not null
        {%- for each in customer %}
        and {{ each.sql }} is not null
        {%- endfor %}
{%- endmacro %}

{#- Who has very many items is a reseller or a test, and would pair each with each. -#}
{% macro _usual_baskets(keys, max_items) -%}
    select
        {{ keys | join(', ') }},
        item
    from (
        select
            _outhaul_bought_1.*,
            count(*) over (partition by {{ keys | join(', ') }}) as item_count
        from _outhaul_bought_1
    ) as counted
    where item_count <= {{ max_items }}
{%- endmacro %}

{% macro _counted_items() -%}
    select
        item,
        cast(count(*) as {{ outhaul.type_double() }}) as customer_count
    from _outhaul_baskets_1
    group by item
{%- endmacro %}

{% macro _item_pairs(keys, min_support) -%}
    select
        one.item as item,
        other.item as similar_item,
        count(*) as customer_count
    from _outhaul_baskets_1 as one
    inner join _outhaul_baskets_1 as other
        on {{ outhaul._same_customer(keys, 'one', 'other') }} and one.item <> other.item
    group by one.item, other.item
    having count(*) >= {{ min_support }}
{%- endmacro %}

{#- The cosine of two items, less the fewer customers it stands on. -#}
{% macro _scored_pairs(shrinkage) -%}
    {% set score = 'pairs.customer_count / sqrt(one.customer_count * other.customer_count)'
        ~ ' * pairs.customer_count / (pairs.customer_count + ' ~ shrinkage ~ ')' -%}
    select
        pairs.item,
        pairs.similar_item,
        {{ score }} as score,
        pairs.customer_count,
        row_number() over (
            partition by pairs.item
            order by {{ score }} desc, pairs.similar_item
        ) as place
    from _outhaul_pairs_1 as pairs
    inner join _outhaul_items_1 as one on one.item = pairs.item
    inner join _outhaul_items_1 as other on other.item = pairs.similar_item
{%- endmacro %}
