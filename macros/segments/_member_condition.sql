{#- Conditions on when somebody entered or left a segment, by a model of `membership`:
{'members': ref('stays'), 'segment': 'vip_customers', 'entered_within_days': 7}. -#}
{% macro _member_condition(condition, path, scope) %}
    {% set plan = scope.plan %}
    {% set wanted = ['entered_within_days', 'left_within_days', 'for_days', 'since'] %}
    {% do outhaul._check_keys(plan, condition, ['members', 'segment', 'by'] + wanted, path) %}
    {% set given = condition.keys() | select('in', wanted) | list %}
    {% if given | length != 1 %}
        {% do plan.problems.append(
            path ~ ': wants one of ' ~ wanted | join(', ') ~ (', not ' ~ given | join(' and ') if given else '')
        ) %}
        {{ return('null') }}
    {% elif condition.segment is not string or not condition.segment %}
        {% do plan.problems.append(
            path ~ '.segment: wants the name of a segment, not ' ~ outhaul._shown(condition.get('segment'))
        ) %}
        {{ return('null') }}
    {% endif %}
    {% set operand = condition[given[0]] %}
    {% set name = 'on_or_before' if given[0] == 'since' else 'within_last_days' %}
    {% set fault = outhaul._fault_of_window(name, outhaul._window_operators()[name], operand) %}
    {% if fault is not none %}
        {% do plan.problems.append(path ~ '.' ~ given[0] ~ ': wants ' ~ fault ~ ', not ' ~ outhaul._shown(operand)) %}
        {{ return('null') }}
    {% endif %}
    {% set stay = {'column': 'segment', 'equals': condition.segment} %}
    {% set open = {'column': 'left_at', 'is_null': true} %}
    {% set related = {'related': condition.members} %}
    {% do related.update({'by': condition.by}) if 'by' in condition %}
    {% if given[0] == 'entered_within_days' %}
        {% set tree = [dict(related, where=[
            stay, open, {'column': 'entered_at', 'within_last_days': operand}, {'column': 'is_from_start', 'is_false': true},
        ])] %}
    {% elif given[0] == 'left_within_days' %}
        {% set tree = [
            dict(related, where=[stay, {'column': 'left_at', 'within_last_days': operand}]),
            dict(related, where=[stay, open], never=true),
        ] %}
    {% elif given[0] == 'since' %}
        {% set tree = [dict(related, where=[stay, open, {'column': 'entered_at', 'on_or_before': operand}])] %}
    {% else %}
        {% set tree = [dict(related, where=[
            stay, open, {'not': {'column': 'entered_at', 'within_last_days': operand}},
        ])] %}
    {% endif %}
    {{ return(outhaul._several('and', tree, path, scope)) }}
{% endmacro %}
