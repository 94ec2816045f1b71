{#- A tree of conditions as SQL. `path` says where in the tree this one stands.

A condition is a mapping of one of these forms, a list (all of them), or a text,
which is SQL and taken as it is:
    {'all': […]}, {'any': […]}, {'not': …}
    {'column': 'country', 'in': ['DE', 'AT']}
    {'related': ref('orders'), 'by': 'customer_id', 'where': …, 'at_least': 3}
    {'first': {'related': …}, 'then': {'related': …}, 'within_days': 3}
    {'members': ref('stays'), 'segment': 'vip_customers', 'since': '2026-01-31'}
    {'in_segment': ref('vip_customers')}, {'not_in_segment': ref('vip_customers')} -#}
{% macro _condition(condition, path, scope) %}
    {% set plan = scope.plan %}
    {% if condition is string and condition | trim %}
        {{ return('(' ~ outhaul._given_sql(plan, condition, path) ~ ')') }}
    {% elif condition is mapping %}
        {% set forms = ['all', 'any', 'not', 'column', 'related', 'first', 'members', 'in_segment', 'not_in_segment'] %}
        {% set given = condition.keys() | select('in', forms) | list %}
        {% if given | length == 1 %}
            {{ return(outhaul._condition_of_form(given[0], condition, path, scope)) }}
        {% endif %}
        {% set hint = '' if given or not condition else outhaul._did_you_mean(condition.keys() | first | string, forms) %}
        {% do plan.problems.append(
            path ~ ': a condition has one of ' ~ forms | join(', ') ~ '; this one has '
            ~ (condition.keys() | join(', ') or 'nothing') ~ hint
        ) %}
        {{ return('null') }}
    {% elif condition is iterable and condition is not string %}
        {{ return(outhaul._several('and', condition, path, scope)) }}
    {% endif %}
    {% do plan.problems.append(path ~ ': wants a condition, not ' ~ outhaul._shown(condition)) %}
    {{ return('null') }}
{% endmacro %}

{% macro _condition_of_form(form, condition, path, scope) %}
    {% set inner = path ~ '.' ~ form %}
    {% if form in ['all', 'any', 'not'] %}
        {% do outhaul._check_keys(scope.plan, condition, [form], path) %}
    {% endif %}
    {% if form == 'all' %}
        {{ return(outhaul._several('and', condition['all'], inner, scope)) }}
    {% elif form == 'any' %}
        {{ return(outhaul._several('or', condition['any'], inner, scope)) }}
    {% elif form == 'not' %}
        {{ return('not coalesce(' ~ outhaul._condition(condition['not'], inner, scope) ~ ', false)') }}
    {% elif form == 'column' %}
        {{ return(outhaul._column_condition(condition, path, scope)) }}
    {% elif form == 'related' %}
        {{ return(outhaul._related_condition(condition, path, scope)) }}
    {% elif form == 'first' %}
        {{ return(outhaul._sequence_condition(condition, path, scope)) }}
    {% elif form == 'members' %}
        {{ return(outhaul._member_condition(condition, path, scope)) }}
    {% endif %}
    {{ return(outhaul._membership_condition(form, condition, path, scope)) }}
{% endmacro %}

{#- Several conditions, of which all ('and') or at least one ('or') must hold. -#}
{% macro _several(word, conditions, path, scope) %}
    {% if conditions is string or conditions is mapping or conditions is not iterable or not conditions %}
        {% do scope.plan.problems.append(
            path ~ ': wants a list of at least one condition, not ' ~ outhaul._shown(conditions)
        ) %}
        {{ return('null') }}
    {% endif %}
    {% set parts = [] %}
    {% for condition in conditions %}
        {% do parts.append(outhaul._condition(condition, path ~ '[' ~ loop.index0 ~ ']', scope)) %}
    {% endfor %}
    {% if parts | length == 1 %}
        {{ return(parts[0]) }}
    {% endif %}
    {{ return('(' ~ parts | join(' ' ~ word ~ ' ') ~ ')') }}
{% endmacro %}

{#- The lines after "where" of what must hold all together, one line each. -#}
{% macro _where_lines(conditions) %}
    {% if not conditions %}
        {{ return('') }}
    {% endif %}
    {{ return('\n    where\n        ' ~ conditions | join('\n        and ')) }}
{% endmacro %}

{#- The conditions that a tree demands all together, each with its SQL.

With `is_filter`, they stand in a `where`: there "has a related row" becomes `exists`,
which is faster than a join, but which not every warehouse takes elsewhere. -#}
{% macro _conjuncts(condition, path, scope, is_filter=false) %}
    {% set list = none %}
    {% if condition is mapping and 'all' in condition and condition | length == 1 %}
        {% set list = condition['all'] %}
        {% set inner = path ~ '.all' %}
    {% elif condition is iterable and condition is not mapping and condition is not string %}
        {% set list = condition %}
        {% set inner = path %}
    {% endif %}
    {% if list is none or list is string or list is mapping or list is not iterable or not list %}
        {% set list = [condition] %}
        {% set inner = none %}
    {% endif %}
    {% set uses = outhaul._related_uses(list) %}
    {% set found = [] %}
    {% for each in list %}
        {% set place = inner ~ '[' ~ loop.index0 ~ ']' if inner is not none else path %}
        {% if is_filter and outhaul._asks_existence(each, uses) %}
            {% do found.append(outhaul._existence(each, place, scope)) %}
        {% else %}
            {% do found.append(outhaul._condition(each, place, scope)) %}
        {% endif %}
    {% endfor %}
    {{ return(found) }}
{% endmacro %}
