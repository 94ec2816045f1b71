{#- The fields of a profile and how the best value of each is found (survivorship).

Of each {name, sql, type, kind, by, priority} and three columns of the query: its `value`,
what it is measured by, and its `place`. -#}
{% macro _golden_fields(scope, fields, order) %}
    {% set plan = scope.plan %}
    {% set found = [] %}
    {% if fields is not mapping or not fields %}
        {% do plan.problems.append(
            "fields: wants a mapping of name to rule, such as {'email': 'most_recent'}, not " ~ outhaul._shown(fields)
        ) %}
        {{ return([]) }}
    {% endif %}
    {% for name, given in fields.items() %}
        {% set path = 'fields.' ~ name %}
        {% set field = given if given is mapping else {'by': given} %}
        {% do outhaul._check_keys(plan, field, ['by', 'column', 'priority'], path) %}
        {% do outhaul._check_survivorship(plan, name, field, order, path) %}
        {% set column = outhaul._column(scope, field.get('column', name), path) %}
        {% if column is not none %}
            {% do found.append({
                'name': outhaul.new_column_name(name), 'sql': column.sql, 'type': column.type, 'kind': column.kind,
                'by': field.get('by'), 'priority': field.get('priority', order.priority),
                'value': outhaul._numbered_name('value', loop.index),
                'measure': outhaul._numbered_name('measure', loop.index),
                'place': outhaul._numbered_name('place', loop.index),
            }) %}
        {% endif %}
    {% endfor %}
    {{ return(found) }}
{% endmacro %}

{% macro _check_survivorship(plan, name, field, order, path) %}
    {% set known = ['most_recent', 'most_frequent', 'source_priority', 'longest'] %}
    {% set by = field.get('by') %}
    {% set priority = field.get('priority', order.priority) %}
    {% if name | lower in ['profile_id', 'record_count'] %}
        {% do plan.problems.append(path ~ ': the result has a column of that name already') %}
    {% endif %}
    {% if by not in known %}
        {% do plan.problems.append(
            path ~ ': unknown rule: ' ~ outhaul._shown(by)
            ~ (outhaul._did_you_mean(by, known) if by is string else '') ~ ' (known are ' ~ known | join(', ') ~ ')'
        ) %}
    {% elif by == 'most_recent' and not order.time %}
        {% do plan.problems.append(path ~ ": 'time' is missing: the column that says which record is the most recent") %}
    {% elif by == 'source_priority' and not order.source %}
        {% do plan.problems.append(path ~ ": 'source' is missing: the column that 'priority' names values of") %}
    {% elif by == 'source_priority' and (
        not priority or priority is string or priority is mapping or priority is not iterable
    ) %}
        {% do plan.problems.append(path ~ ": 'priority' must be a list of sources, the best first, not " ~ outhaul._shown(priority)) %}
    {% endif %}
{% endmacro %}
