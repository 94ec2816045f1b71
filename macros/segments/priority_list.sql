{#- Each key in the first of several segments that has it, as a query. -#}
{% macro priority_list(models, key, caps=none, by=none) %}
    {{ return(adapter.dispatch('priority_list', 'outhaul')(models, key, caps, by)) }}
{% endmacro %}

{% macro default__priority_list(models, key, caps, by) %}
    {% if not execute %}
        {{ return('') }}
    {% endif %}
    {% set plan = outhaul._new_plan('priority_list') %}
    {% set relations = models if models is iterable and models is not string and models is not mapping else [] %}
    {% if relations | length < 2 %}
        {% do plan.problems.append("models: wants a list of two or more, such as [ref('one'), ref('another')]") %}
    {% endif %}
    {% set scopes = [] %}
    {% for relation in relations %}
        {% do scopes.append(outhaul._new_scope(plan, relation, 'models[' ~ loop.index0 ~ ']', key)) %}
    {% endfor %}
    {% set limits = outhaul._caps(plan, caps, scopes | map(attribute='label') | list, by) %}
    {% for scope in scopes %}
        {% set own = outhaul._record_columns(scope, ['segment', 'priority']) %}
        {% set value = outhaul._column(scope, by, 'by').sql if by is not none and own else none %}
        {% do plan.update({'result_key': own | map(attribute='new_name') | list}) if loop.first %}
        {% do outhaul._write_taken(plan, scope, own, value, loop.index, limits.get(scope.label)) %}
    {% endfor %}
    {% do outhaul._settle_plan(plan) %}
    {% do plan.ctes.append({'name': '_outhaul_listed_1', 'body': outhaul._listed_keys(plan, scopes)}) %}
    {{ return(outhaul._query(plan)) }}
{% endmacro %}

{#- How many keys each segment may take, by its name. -#}
{% macro _caps(plan, caps, names, by) %}
    {% if caps is none %}
        {{ return({}) }}
    {% elif caps is not mapping %}
        {% do plan.problems.append("caps: wants a mapping of segment to number, such as {'vip': 1000}, not " ~ outhaul._shown(caps)) %}
        {{ return({}) }}
    {% endif %}
    {% do outhaul._check_keys(plan, caps, names, 'caps') %}
    {% for name, cap in caps.items() if not outhaul._is_days(cap) %}
        {% do plan.problems.append('caps.' ~ name ~ ': wants a whole number from 1 on, not ' ~ outhaul._shown(cap)) %}
    {% endfor %}
    {% if by is none %}
        {% do plan.problems.append("by: wants the column whose largest values a capped segment takes") %}
    {% endif %}
    {{ return(caps) }}
{% endmacro %}

{#- The keys that a segment takes of those that no earlier one has taken; who is over its cap
    may be taken by a later one. -#}
{% macro _write_taken(plan, scope, own, value, number, cap) %}
    {% set columns, order = [], [] %}
    {% for each in own %}
        {% do columns.append(each.sql ~ ' as ' ~ outhaul._numbered_name('key', loop.index)) %}
    {% endfor %}
    {% set conditions = [] %}
    {% for each in own %}
        {% do conditions.append(each.sql ~ ' is not null') %}
    {% endfor %}
    {% for earlier in range(1, number) %}
        {% set pairs = [] %}
        {% for each in own %}
            {% do pairs.append('taken.' ~ outhaul._numbered_name('key', loop.index) ~ ' = ' ~ each.sql) %}
        {% endfor %}
        {% do conditions.append(
            'not exists (select 1 from ' ~ outhaul._numbered_name('taken', earlier) ~ ' as taken where ' ~ pairs | join(' and ') ~ ')'
        ) %}
    {% endfor %}
    {% set body = '    select distinct\n        ' ~ columns | join(',\n        ')
        ~ '\n' ~ outhaul._from_lines(scope) ~ outhaul._where_lines(conditions) %}
    {% if cap is not none %}
        {% set names = outhaul._customer_keys(own | length) | join(', ') %}
        {% set body = '    select ' ~ names ~ '\n    from (\n        select\n            ' ~ columns | join(', ')
            ~ ',\n            row_number() over (order by case when max(' ~ value ~ ') is null then 1 else 0 end, max('
            ~ value ~ ') desc, ' ~ own | map(attribute='sql') | join(', ') ~ ') as place\n    ' ~ outhaul._from_lines(scope)
            ~ outhaul._where_lines(conditions) ~ '\n        group by ' ~ own | map(attribute='sql') | join(', ')
            ~ '\n    ) as ranked\n    where place <= ' ~ cap %}
    {% endif %}
    {% do plan.ctes.append({'name': outhaul._numbered_name('taken', number), 'as': outhaul.computed_once(), 'body': body}) %}
{% endmacro %}

{% macro _listed_keys(plan, scopes) %}
    {% set parts = [] %}
    {% for scope in scopes %}
        {% set columns = [] %}
        {% for name in plan.result_key %}
            {% do columns.append(outhaul._numbered_name('key', loop.index) ~ ' as ' ~ name) %}
        {% endfor %}
        {% do parts.append(
            '    select\n        ' ~ columns | join(',\n        ') ~ ',\n        cast(' ~ outhaul.literal(scope.label)
            ~ ' as ' ~ outhaul.type_text() ~ ') as segment,\n        ' ~ loop.index ~ ' as priority\n    from '
            ~ outhaul._numbered_name('taken', loop.index)
        ) %}
    {% endfor %}
    {{ return(parts | join('\n\n    union all\n\n')) }}
{% endmacro %}
