{#- Who is in which of several segments, as the query of a model with `materialized: membership`. -#}
{% macro membership(models, key) %}
    {{ return(adapter.dispatch('membership', 'outhaul')(models, key)) }}
{% endmacro %}

{% macro default__membership(models, key) %}
    {% if not execute %}
        {{ return('') }}
    {% endif %}
    {% set plan = outhaul._new_plan('membership') %}
    {% do outhaul._want_materialization(plan, 'membership', 'which keeps when somebody entered and left') %}
    {% set relations = models if models is iterable and models is not string and models is not mapping else [] %}
    {% if not relations %}
        {% do plan.problems.append("models: wants a list of segments, such as [ref('vip_customers')]") %}
    {% endif %}
    {% set parts = [] %}
    {% for relation in relations %}
        {% set scope = outhaul._new_scope(plan, relation, 'models[' ~ loop.index0 ~ ']', key) %}
        {% set own = outhaul._record_columns(scope, ['segment', 'entered_at', 'left_at', 'is_from_start']) %}
        {% set columns, conditions = [], [] %}
        {% for each in own %}
            {% do columns.append(each.sql ~ ' as ' ~ each.new_name) %}
            {% do conditions.append(each.sql ~ ' is not null') %}
        {% endfor %}
        {% do parts.append(
            '    select distinct\n        cast(' ~ outhaul.literal(scope.label) ~ ' as ' ~ outhaul.type_text()
            ~ ') as segment,\n        ' ~ columns | join(',\n        ') ~ '\n'
            ~ outhaul._from_lines(scope) ~ outhaul._where_lines(conditions)
        ) %}
    {% endfor %}
    {% do outhaul._settle_plan(plan) %}
    {% do plan.ctes.append({'name': '_outhaul_members_1', 'body': parts | join('\n\n    union all\n\n')}) %}
    {{ return(outhaul._query(plan)) }}
{% endmacro %}
