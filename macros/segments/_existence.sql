{#- Conditions that only ask whether there is a related row, as `exists`. -#}

{#- Whether a condition asks for that alone, of a model that no other condition needs.

Where several do, they share one scan of it instead: see _groups.sql. -#}
{% macro _asks_existence(condition, uses) %}
    {% if condition is not mapping %}
        {{ return(false) }}
    {% endif %}
    {% set names = condition.keys() | reject('equalto', 'by') | list %}
    {% if names in [['in_segment'], ['not_in_segment']] %}
        {{ return(outhaul._is_relation(condition[names[0]])) }}
    {% endif %}
    {% set relation = condition.get('related') %}
    {% if not outhaul._is_relation(relation) %}
        {{ return(false) }}
    {% elif uses | select('equalto', relation | string) | list | length > 1 %}
        {{ return(false) }}
    {% endif %}
    {% set others = condition.keys() | reject('in', ['related', 'by', 'where', 'within_days', 'time']) | list %}
    {{ return(
        others == []
        or (others == ['never'] and condition.never is boolean and condition.never)
        or (others == ['at_least'] and condition.at_least is integer and condition.at_least == 1)
        or (others == ['exactly'] and condition.exactly is integer and condition.exactly == 0)
    ) }}
{% endmacro %}

{#- The related models that these conditions need, each as often as it is named. -#}
{% macro _related_uses(conditions) %}
    {% set found = [] %}
    {% for condition in conditions %}
        {% if condition is mapping %}
            {% if outhaul._is_relation(condition.get('related')) %}
                {% do found.append(condition.related | string) %}
            {% endif %}
            {% for form in ['all', 'any'] %}
                {% set inner = condition.get(form) %}
                {% if inner is iterable and inner is not string and inner is not mapping %}
                    {% do found.extend(outhaul._related_uses(inner)) %}
                {% endif %}
            {% endfor %}
            {% do found.extend(outhaul._related_uses([condition['not']])) if 'not' in condition %}
        {% elif condition is iterable and condition is not string %}
            {% do found.extend(outhaul._related_uses(condition)) %}
        {% endif %}
    {% endfor %}
    {{ return(found) }}
{% endmacro %}

{#- "[not] exists (select 1 from … where …)".

Which rows of the other model count is settled in a CTE, where SQL of the user cannot
see the columns of this one. -#}
{% macro _existence(condition, path, scope) %}
    {% set plan = scope.plan %}
    {% set form = 'related' if 'related' in condition else ('in_segment' if 'in_segment' in condition else 'not_in_segment') %}
    {% set related = outhaul._new_scope(plan, condition[form], path) %}
    {% set pairs = outhaul._pairs(scope, related, condition.get('by'), path) %}
    {% set counted = outhaul._counted_rows(condition, related, path, true) if form == 'related' else [] %}
    {% set name = outhaul._step_name(plan, 'related') %}
    {% set columns = [] %}
    {% set lines = [] %}
    {% for pair in pairs %}
        {% do columns.append(pair.related ~ ' as ' ~ pair.joined) %}
        {% do lines.append(name ~ '.' ~ pair.joined ~ ' = ' ~ pair.own) %}
    {% endfor %}
    {% do outhaul._write_groups(plan, related) %}
    {% do plan.ctes.append({
        'name': name,
        'body': '    select\n        ' ~ columns | join(',\n        ') ~ '\n'
            ~ outhaul._from_lines(related) ~ outhaul._where_lines(counted)
    }) %}
    {% set is_negative = form == 'not_in_segment' or 'never' in condition or 'exactly' in condition %}
    {{ return(
        ('not ' if is_negative else '') ~ 'exists (\n            select 1\n            from ' ~ name
        ~ '\n            where\n                ' ~ lines | join('\n                and ') ~ '\n        )'
    ) }}
{% endmacro %}
