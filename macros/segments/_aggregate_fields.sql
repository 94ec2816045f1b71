{#- The fields over related rows: [{over, by, where, within_days, time, fields: {name: {…}}}].

Returns {name, sql}, and adds the groups to the scope. -#}
{% macro _aggregate_fields(aggregates, scope, names) %}
    {% set plan = scope.plan %}
    {% set fields = [] %}
    {% for block in outhaul._blocks(aggregates) %}
        {% set path = 'aggregates[' ~ loop.index0 ~ ']' %}
        {% if outhaul._is_block(plan, block, 'over', path) %}
            {% do outhaul._check_keys(plan, block, ['over', 'by', 'where', 'within_days', 'time', 'fields'], path) %}
            {% set group = outhaul._group(scope, block.over, block.get('by'), path, 'fields ' ~ loop.index0) %}
            {% if group is not none %}
                {% do group.rows.extend(outhaul._counted_rows(block, group.sources, path)) %}
            {% endif %}
            {% for name, given in block.fields.items() if group is not none %}
                {% set field = outhaul._aggregate_field(name, given, block, group, scope, names, path ~ '.fields.' ~ name) %}
                {% do fields.append(field) if field is not none %}
            {% endfor %}
        {% endif %}
    {% endfor %}
    {{ return(fields) }}
{% endmacro %}

{#- One block or a list of them, as a list. -#}
{% macro _blocks(given) %}
    {{ return([given] if given is mapping or given is string or given is not iterable else given) }}
{% endmacro %}

{#- Whether a block names a relation and its fields; a problem where it does not. -#}
{% macro _is_block(plan, block, relation_name, path) %}
    {% set fits = block is mapping and relation_name in block and block.get('fields') is mapping and block.get('fields') %}
    {% if not fits %}
        {% do plan.problems.append(
            path ~ ": wants {'" ~ relation_name ~ "': ref('…'), 'by': 'a column', 'fields': {'a name': …}}, not "
            ~ outhaul._shown(block)
        ) %}
    {% endif %}
    {{ return(fits) }}
{% endmacro %}

{#- One aggregate: {sum: 'amount', where, within_days, time, at, n, default, separator, description}. -#}
{% macro _aggregate_field(name, given, block, group, scope, names, path) %}
    {% set plan = scope.plan %}
    {% set functions = outhaul._measures() %}
    {% if given is not mapping %}
        {% do plan.problems.append(path ~ ": wants a mapping such as {'sum': 'amount'}, not " ~ outhaul._shown(given)) %}
        {{ return(none) }}
    {% endif %}
    {% do outhaul._check_keys(
        plan, given,
        functions.keys() | list + ['where', 'within_days', 'time', 'at', 'n', 'default', 'separator', 'description'], path
    ) %}
    {% set measure = outhaul._measure(given, functions.keys() | list, group.sources, path) %}
    {% if measure is none %}
        {{ return(none) }}
    {% endif %}
    {% set function = measure.function %}
    {% set counted = outhaul._counted_rows(outhaul._with_time(given, block), group.sources, path) %}
    {% set kept = function in ['min', 'max', 'first', 'last', 'nth', 'most_frequent', 'least_frequent'] %}
    {% do outhaul._claim_name(
        name, given.get('description') or outhaul._aggregate_words(measure, given, block, group),
        functions[function].kind or measure.column.kind, measure.column.type if kept else none,
        plan, scope, names, path
    ) %}
    {% if function == 'nth' and (given.n is not integer or given.n is boolean or given.n == 0) %}
        {% do plan.problems.append(
            path ~ '.n: wants a whole number: 1 is the first, -1 the last, not ' ~ outhaul._shown(given.get('n'))
        ) %}
        {{ return(none) }}
    {% endif %}
    {% do measure.update({'n': given.n}) if function == 'nth' %}
    {% if function in ['first', 'last', 'nth', 'ordered_list', 'ordered_array'] %}
        {% do measure.update({'time': outhaul._time_column(outhaul._with_time(given, block), group.sources, path)}) %}
        {% if measure.time is none %}
            {{ return(none) }}
        {% endif %}
    {% endif %}
    {% do measure.update({
        'condition': counted | join(' and ') if counted else none,
        'separator': given.get('separator', ', '),
    }) %}
    {% set place = outhaul._place_measure(group, measure, scope) %}
    {% set empty = given.default if given.default is defined else functions[function].empty %}
    {% if function in ['count', 'count_distinct'] and given.default is defined %}
        {#- 0 of rows that other fields count is 0 of none -#}
        {% set place = 'nullif(' ~ place ~ ', 0)' %}
    {% endif %}
    {{ return({'name': name, 'sql': outhaul._with_default(
        plan, place, empty, {
            'name': name, 'kind': functions[function].kind or measure.column.kind,
            'type': measure.column.type if kept else none,
        }, path ~ '.default'
    )}) }}
{% endmacro %}

{#- The declaration with the block's own column of time, where it has none itself. -#}
{% macro _with_time(given, block) %}
    {% set whole = {} %}
    {% do whole.update({'time': block.time}) if block.time is defined %}
    {% do whole.update(given) %}
    {{ return(whole) }}
{% endmacro %}

{#- Put a measure into its group, or beside it where the warehouse lacks the aggregate;
    returns its SQL seen from where the group is joined. -#}
{% macro _place_measure(group, measure, scope) %}
    {% set table = outhaul._cte_name(group.name) %}
    {% if outhaul._measure_sql(measure, measure.condition) is none %}
        {% do measure.update({'name': outhaul._numbered_name('value', 1)}) %}
        {% set pick = outhaul._new_pick(group, measure, scope) %}
        {% set table = outhaul._cte_name(pick.name) %}
    {% else %}
        {% do outhaul._add_measure(group, measure) %}
    {% endif %}
    {{ return(table ~ '.' ~ outhaul.new_column_name(measure.name)) }}
{% endmacro %}

{#- Add a measure to a group, as a column of a name of its own. -#}
{% macro _add_measure(group, measure) %}
    {% do measure.update({'name': outhaul._numbered_name('value', group.measures | length + 1)}) %}
    {% do group.measures.append(measure) %}
{% endmacro %}

{#- A CTE of its own that picks one value by its position, or computes it alone. -#}
{% macro _new_pick(group, measure, scope) %}
    {% set pick = outhaul._pick(group, measure) %}
    {% do pick.update({'name': outhaul._step_name(scope.plan, 'pick')}) %}
    {% if pick.place is defined %}
        {% do pick.update({'also': [outhaul._cte_name(pick.name) ~ '.' ~ outhaul._place() ~ ' = ' ~ pick.place]}) %}
    {% endif %}
    {% do group.picks.append(pick) %}
    {% do scope.joins.append(pick) %}
    {{ return(pick) }}
{% endmacro %}

{#- How a value is picked: {column, value, is_grouped, order, place, conditions, pairs}; or how it
is computed: {column, value, aggregate or at, conditions, pairs}. -#}
{% macro _pick(group, measure) %}
    {% set value = measure.column.sql %}
    {% set function = measure.function %}
    {% set is_grouped = function in ['most_frequent', 'least_frequent'] %}
    {% set is_timed = function in ['first', 'last', 'nth', 'ordered_list'] %}
    {% set place = (measure.n | abs) if function == 'nth' else 1 %}
    {% set direction = ' desc' if function == 'last' or (function == 'nth' and measure.n < 0) else '' %}
    {% set pick = {
        'column': measure.name,
        'value': value,
        'conditions': group.rows + [
            outhaul._present(value, measure.time.sql, measure.condition) if is_timed
            else value ~ ' is not null' ~ (' and ' ~ measure.condition if measure.condition else '')
        ],
        'pairs': group.pairs,
    } %}
    {% if function == 'percentile' %}
        {% do pick.update({'at': measure.at}) %}
    {% elif function == 'ordered_list' %}
        {% do pick.update({'aggregate': outhaul.default__joined_in_order(value, measure.time.sql, measure.separator, none)}) %}
    {% else %}
        {% do pick.update({
            'is_grouped': is_grouped,
            'place': place,
            'order': 'count(*)' ~ (' desc' if function == 'most_frequent' else '') ~ ', ' ~ value if is_grouped
                else measure.time.sql ~ direction ~ ', ' ~ value ~ direction,
        }) %}
    {% endif %}
    {{ return(pick) }}
{% endmacro %}

{#- What to show where there are no related rows. -#}
{% macro _with_default(plan, sql, empty, column, path) %}
    {% if empty is none %}
        {{ return(sql) }}
    {% endif %}
    {{ return('coalesce(' ~ sql ~ ', ' ~ outhaul._value(plan, empty, column, path) ~ ')') }}
{% endmacro %}

{#- A description for who gave none: "Sum of amount over orders". -#}
{% macro _aggregate_words(measure, given, block, group) %}
    {% set words = {
        'count': 'Number of', 'median': 'Median of', 'percentile': 'Percentile of', 'share': 'Share of rows',
        'standard_deviation': 'Standard deviation of', 'least_frequent': 'Least frequent', 'nth': 'One',
        'ordered_list': 'All values of', 'array': 'All values of', 'ordered_array': 'All values of',
        'active_days': 'Number of days of', 'days_spanned': 'Days from the first to the last',
        'days_between': 'Average number of days from one to the next', 'count_distinct': 'Number of different values of', 'sum': 'Sum of', 'average': 'Average of',
        'min': 'Smallest', 'max': 'Largest', 'first': 'First', 'last': 'Last',
        'most_frequent': 'Most frequent', 'list': 'All values of',
    } %}
    {% set text = words[measure.function] ~ ' ' ~ (
        measure.column.name | lower ~ ' over ' if measure.column is not none else ''
    ) ~ group.sources.label %}
    {% set days = given.get('within_days', block.get('within_days')) %}
    {% set is_filtered = given.where is defined or block.where is defined %}
    {{ return(
        text ~ (' that meet a condition' if is_filtered else '')
        ~ (' in the last ' ~ days ~ ' days' if days else '') ~ '.'
    ) }}
{% endmacro %}
