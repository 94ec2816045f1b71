{#- A condition on related rows: how many there are, or what they add up to. -#}
{% macro _related_condition(condition, path, scope) %}
    {% set plan = scope.plan %}
    {% set allowed = ['count', 'count_distinct', 'sum', 'average', 'min', 'max'] %}
    {% set bounds = {
        'at_least': '>=', 'more_than': '>', 'at_most': '<=', 'less_than': '<', 'exactly': '=',
    } %}
    {% do outhaul._check_keys(
        plan, condition,
        ['related', 'by', 'where', 'within_days', 'time', 'never'] + allowed + bounds.keys() | list, path
    ) %}
    {% set group = outhaul._group(scope, condition.related, condition.get('by'), path) %}
    {% if group is none %}
        {{ return('null') }}
    {% endif %}
    {% set counted = outhaul._counted_rows(condition, group.sources, path) %}
    {% set measure = {'function': 'count', 'column': none} %}
    {% if condition.keys() | select('in', allowed) | list %}
        {% set measure = outhaul._measure(condition, allowed, group.sources, path) %}
    {% endif %}
    {% set given = condition.keys() | select('in', bounds.keys() | list + ['never']) | list %}
    {% if measure is none %}
        {{ return('null') }}
    {% elif given | length > 1 or (not given and measure.function != 'count') %}
        {% do plan.problems.append(
            path ~ ': wants one of ' ~ bounds.keys() | join(', ') ~ ', never'
            ~ (', not ' ~ given | join(' and ') if given else '')
        ) %}
        {{ return('null') }}
    {% endif %}
    {% set bound = outhaul._bound(plan, condition, given, measure, bounds, path) %}
    {{ return(outhaul._measured(group, measure, counted) ~ ' ' ~ bound) }}
{% endmacro %}

{#- ">= 3": what the measure is compared with; at least one row where nothing is said. -#}
{% macro _bound(plan, condition, given, measure, bounds, path) %}
    {% if not given %}
        {{ return('>= 1') }}
    {% elif given[0] == 'never' %}
        {% if condition.never is not boolean or not condition.never or measure.function != 'count' %}
            {% do plan.problems.append(path ~ ".never: wants true, for a count of rows") %}
        {% endif %}
        {{ return('= 0') }}
    {% endif %}
    {% set name = given[0] %}
    {% set kept = measure.function in ['min', 'max'] %}
    {% set column = measure.column if kept else {
        'name': measure.function, 'kind': 'number', 'type': none,
    } %}
    {{ return(bounds[name] ~ ' ' ~ outhaul._value(plan, condition[name], column, path ~ '.' ~ name)) }}
{% endmacro %}

{#- Add a measure to a group, or find it there; returns its SQL seen from where the group is joined. -#}
{% macro _measured(group, measure, counted) %}
    {% set condition = counted | join(' and ') if counted else none %}
    {% set wanted = {'sql': outhaul._measure_sql(measure, none), 'condition': condition} %}
    {% set known = {} %}
    {% for each in group.measures %}
        {% if each.sql == wanted.sql and each.condition == wanted.condition %}
            {% do known.update(each) %}
        {% endif %}
    {% endfor %}
    {% if not known %}
        {% do known.update(wanted) %}
        {% do known.update(measure) %}
        {% do outhaul._add_measure(group, known) %}
    {% endif %}
    {% set sql = outhaul._cte_name(group.name) ~ '.' ~ outhaul.new_column_name(known.name) %}
    {% if outhaul._measures()[measure.function].empty is none %}
        {{ return(sql) }}
    {% endif %}
    {{ return('coalesce(' ~ sql ~ ', 0)') }}
{% endmacro %}

{#- Whether the row's key is in another segment. -#}
{% macro _membership_condition(form, condition, path, scope) %}
    {% do outhaul._check_keys(scope.plan, condition, [form, 'by'], path) %}
    {% set group = outhaul._group(scope, condition[form], condition.get('by'), path ~ '.' ~ form, 'membership') %}
    {% if group is none %}
        {{ return('null') }}
    {% endif %}
    {{ return(
        outhaul._cte_name(group.name) ~ '.' ~ group.pairs[0].joined
        ~ (' is not null' if form == 'in_segment' else ' is null')
    ) }}
{% endmacro %}
