{#- By what records are recognised: columns of theirs, cleaned. -#}

{#- The identifiers by name: of each {column, source, steps, ignore}; `column` is what a query
    calls it, `source` the SQL of the column as it comes. -#}
{% macro _identifiers(scope, identifiers) %}
    {% set plan = scope.plan %}
    {% if identifiers is not mapping or not identifiers %}
        {% do plan.problems.append(
            "identifiers: wants a mapping of name to column, such as {'email': {'column': 'email', 'clean': 'email'}}, not "
            ~ outhaul._shown(identifiers)
        ) %}
        {{ return({}) }}
    {% endif %}
    {% set found = {} %}
    {% for name, given in identifiers.items() %}
        {% set path = 'identifiers.' ~ name %}
        {% set wanted = given if given is mapping else {'column': given} %}
        {% do outhaul._check_keys(plan, wanted, ['column', 'clean', 'ignore'], path) %}
        {% set column = outhaul._column(scope, wanted.get('column'), path) %}
        {% do found.update({name: {
            'column': outhaul._numbered_name('identifier', loop.index),
            'source': column.sql if column is not none else 'null',
            'steps': outhaul._cleaning_steps(scope, wanted.get('clean', 'trim'), path ~ '.clean'),
            'ignore': outhaul._ignored_values(plan, wanted.get('ignore'), path ~ '.ignore'),
        }}) %}
    {% endfor %}
    {{ return(found) }}
{% endmacro %}

{#- Values that stand for "unknown", and so identify nobody. -#}
{% macro _ignored_values(plan, given, path) %}
    {% set values = outhaul._names_list(given) if given is none or given is string or given is sequence else none %}
    {% if values is none or values | reject('string') | list %}
        {% do plan.problems.append(path ~ ': wants a text or a list of texts, not ' ~ outhaul._shown(given)) %}
        {{ return([]) }}
    {% endif %}
    {{ return(values) }}
{% endmacro %}

{#- Add the steps that clean the identifiers, one after the other; the name of the last one.

Each has a subquery of its own, since a step may use its value more than once. -#}
{% macro _write_cleaned(plan, scope, record, found) %}
    {% set depth = found.values() | map(attribute='steps') | map('length') | max %}
    {% set state = {'lines': outhaul._from_lines(scope), 'name': none} %}
    {% for place in range(depth + 1) %}
        {% set columns = [] %}
        {% for each in record %}
            {% do columns.append(each.sql ~ ' as ' ~ each.new_name if place == 0 else each.new_name) %}
        {% endfor %}
        {% for each in scope.get('carried', []) %}
            {% do columns.append(each.sql ~ ' as ' ~ each.column if place == 0 else each.column) %}
        {% endfor %}
        {% for identifier in found.values() %}
            {% do columns.append(outhaul._cleaned_once(identifier, place) ~ ' as ' ~ identifier.column) %}
        {% endfor %}
        {% do state.update({'name': outhaul._step_name(plan, 'cleaned')}) %}
        {% do plan.ctes.append({
            'name': state.name,
            'body': '    select\n        ' ~ columns | join(',\n        ') ~ '\n' ~ state.lines ~ outhaul.subquery_fence(),
        }) %}
        {% do state.update({'lines': '    from ' ~ state.name}) %}
    {% endfor %}
    {{ return(outhaul._write_present(plan, record, found, state.name)) }}
{% endmacro %}

{#- One identifier after so many steps; it is a text from the start. -#}
{% macro _cleaned_once(identifier, place) %}
    {% if place == 0 %}
        {{ return('cast(' ~ identifier.source ~ ' as ' ~ outhaul.type_text() ~ ')') }}
    {% elif place > identifier.steps | length %}
        {{ return(identifier.column) }}
    {% endif %}
    {{ return(outhaul._cleaned_by(identifier.steps[place - 1], identifier.column)) }}
{% endmacro %}

{#- At last, what is empty or to be ignored is null. -#}
{% macro _write_present(plan, record, found, cleaned) %}
    {% set columns = record | map(attribute='new_name') | list %}
    {% for identifier in found.values() %}
        {% set ignored = [] %}
        {% for value in [''] + identifier.ignore %}
            {% do ignored.append(outhaul.literal(value)) %}
        {% endfor %}
        {% do columns.append(
            'case when ' ~ identifier.column ~ ' not in (' ~ ignored | join(', ') ~ ') then '
            ~ identifier.column ~ ' end as ' ~ identifier.column
        ) %}
    {% endfor %}
    {% do plan.ctes.append({
        'name': '_outhaul_present_1',
        'as': outhaul.computed_once(),
        'body': '    select\n        ' ~ columns | join(',\n        ') ~ '\n    from ' ~ cleaned,
    }) %}
    {{ return('_outhaul_present_1') }}
{% endmacro %}
