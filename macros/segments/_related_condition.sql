{#- A condition on related rows: how many there are, or what they add up to. -#}
{% macro _related_condition(condition, path, scope) %}
    {% set plan = scope.plan %}
    {% set allowed = outhaul._related_measures() %}
    {% set bounds = outhaul._bound_signs() %}
    {% do outhaul._check_keys(
        plan, condition,
        ['related', 'by', 'where', 'within_days', 'time', 'every', 'at'] + allowed + bounds.keys() | list, path
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
    {% set given = condition.keys() | select('in', bounds) | list %}
    {% if measure is none %}
        {{ return('null') }}
    {% elif 'every' in condition %}
        {{ return(outhaul._every_row(condition, given, measure, counted, group, scope, path)) }}
    {% elif given | length > 1 or (not given and measure.function != 'count') %}
        {% do plan.problems.append(
            path ~ ': wants one of ' ~ bounds | join(', ')
            ~ (', not ' ~ given | join(' and ') if given else '')
        ) %}
        {{ return('null') }}
    {% endif %}
    {% set bound = outhaul._bound(plan, condition, given, measure, path) %}
    {{ return(outhaul._measured(group, measure, counted, scope) ~ ' ' ~ bound) }}
{% endmacro %}

{#- What a condition can measure. -#}
{% macro _related_measures() %}
    {{ return([
        'count', 'count_distinct', 'sum', 'average', 'min', 'max', 'median', 'percentile', 'standard_deviation',
        'share', 'active_days', 'days_spanned', 'days_between',
    ]) }}
{% endmacro %}

{#- What a measure is compared with, and how. -#}
{% macro _bound_signs() %}
    {{ return({
        'at_least': '>=', 'more_than': '>', 'at_most': '<=', 'less_than': '<', 'exactly': '=', 'between': 'between',
        'never': '=',
    }) }}
{% endmacro %}

{#- "there are rows, and all of them meet this". -#}
{% macro _every_row(condition, given, measure, counted, group, scope, path) %}
    {% if given or measure.column is not none or measure.function != 'count' %}
        {% do scope.plan.problems.append(path ~ ".every: stands without a measure and what it is compared with") %}
    {% endif %}
    {% set wanted = outhaul._conjuncts(condition.every, path ~ '.every', group.sources) | join(' and ') %}
    {% set others = counted + ['not coalesce(' ~ wanted ~ ', false)'] %}
    {{ return(
        '(' ~ outhaul._measured(group, measure, counted, scope) ~ ' >= 1 and '
        ~ outhaul._measured(group, {'function': 'count', 'column': none}, others, scope) ~ ' = 0)'
    ) }}
{% endmacro %}

{#- ">= 3": what the measure is compared with; at least one row where nothing is said. -#}
{% macro _bound(plan, condition, given, measure, path) %}
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
    {% set operand = condition[name] %}
    {% if name != 'between' %}
        {{ return(outhaul._bound_signs()[name] ~ ' ' ~ outhaul._value(plan, operand, column, path ~ '.' ~ name)) }}
    {% elif not outhaul._operand_fits(plan, 'pair', operand, column, path ~ '.between') %}
        {{ return('= 0') }}
    {% endif %}
    {{ return(
        'between ' ~ outhaul._value(plan, operand[0], column, path ~ '.between[0]')
        ~ ' and ' ~ outhaul._value(plan, operand[1], column, path ~ '.between[1]')
    ) }}
{% endmacro %}

{#- Add a measure to a group, or find it there; returns its SQL seen from where the group is joined. -#}
{% macro _measured(group, measure, counted, scope) %}
    {% set condition = counted | join(' and ') if counted else none %}
    {% set sql = outhaul._measure_sql(measure, none) %}
    {% set known = {} %}
    {% for each in group.measures if sql is not none %}
        {% if each.sql == sql and each.condition == condition %}
            {% do known.update(each) %}
        {% endif %}
    {% endfor %}
    {% if known %}
        {% set place = outhaul._cte_name(group.name) ~ '.' ~ outhaul.new_column_name(known.name) %}
    {% else %}
        {% do measure.update({'sql': sql, 'condition': condition}) %}
        {% set place = outhaul._place_measure(group, measure, scope) %}
    {% endif %}
    {% if outhaul._measures()[measure.function].empty is none %}
        {{ return(place) }}
    {% endif %}
    {{ return('coalesce(' ~ place ~ ', 0)') }}
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
