{#- The fields that need no related rows: columns of a parent row, formulas and labels. -#}

{#- Columns of a parent row: [{from, by, fields: {name: column}}]. A `by` may name a field of
    an earlier entry, so parents of parents are in reach. Returns {name, sql}. -#}
{% macro _related_fields(related, scope, names) %}
    {% set plan = scope.plan %}
    {% set fields = [] %}
    {% for block in outhaul._blocks(related) %}
        {% set path = 'related[' ~ loop.index0 ~ ']' %}
        {% if outhaul._is_block(plan, block, 'from', path) %}
            {% do outhaul._check_keys(plan, block, ['from', 'by', 'fields'], path) %}
            {% set parent = outhaul._parent(block, scope, path) %}
            {% for name, given in block.fields.items() if parent is not none %}
                {% set given_name = given.column if given is mapping else given %}
                {% set column = outhaul._column(parent, given_name, path ~ '.fields.' ~ name) %}
                {% if column is not none %}
                    {% set description = given.get('description') if given is mapping else none %}
                    {% do outhaul._claim_name(
                        name, description or column.name ~ ' of ' ~ parent.label ~ '.', column.kind, column.type,
                        plan, scope, names, path ~ '.fields.' ~ name
                    ) %}
                    {% do fields.append({'name': name, 'sql': column.sql, 'column': column}) %}
                {% endif %}
            {% endfor %}
            {% for field in fields %}
                {% do scope.fields.update({field.name | lower: {
                    'name': field.name, 'type': field.column.type, 'kind': field.column.kind, 'sql': field.sql,
                }}) %}
            {% endfor %}
        {% endif %}
    {% endfor %}
    {{ return(fields) }}
{% endmacro %}

{#- The scope of a parent model, joined to the one given; none, and a problem, where it may have several rows. -#}
{% macro _parent(block, scope, path) %}
    {% set plan = scope.plan %}
    {% if block.get('by') is none %}
        {% do plan.problems.append(
            path ~ ": 'by' is missing: the column that joins " ~ scope.label
            ~ " to its parent row, or a mapping {'own column': 'column there'}"
        ) %}
        {{ return(none) }}
    {% endif %}
    {% set parent = outhaul._new_scope(plan, block['from'], path, is_parent=true) %}
    {% set pairs = outhaul._pairs(scope, parent, block.by, path) %}
    {% if not pairs %}
        {{ return(none) }}
    {% endif %}
    {% set keys = pairs | map(attribute='other') | list %}
    {% if outhaul._knows_project() and not outhaul._is_tested_unique(block['from'], keys) %}
        {% do plan.problems.append(
            path ~ ': nothing says that ' ~ parent.label ~ ' has one row for each ' ~ keys | join(', ')
            ~ ', and several would double rows: give it a test that no such row passes'
            ~ ' (unique, or outhaul.unique_key with fail_above: 0; neither a where nor severity: warn)'
        ) %}
    {% endif %}
    {% do scope.joins.append({'name': parent.name, 'pairs': pairs, 'is_parent': true}) %}
    {{ return(parent) }}
{% endmacro %}

{#- Whether a test of the project says that these columns tell the rows of a relation apart. -#}
{% macro _is_tested_unique(relation, keys) %}
    {% set node = outhaul._node_of(relation) %}
    {% if node is none %}
        {{ return(false) }}
    {% endif %}
    {% for test in graph.nodes.values() %}
        {% if test.resource_type == 'test' and test.test_metadata and node.unique_id in test.depends_on.nodes
            and test.test_metadata.name in ['unique', 'unique_key', 'unique_combination_of_columns', 'primary_key']
            and outhaul._lets_none_through(test) %}
            {% set given = test.test_metadata.kwargs %}
            {% set tested = given.get('key') or given.get('combination_of_columns')
                or given.get('column_name') or test.column_name %}
            {% if outhaul._names_list(tested) | map('lower') | sort == keys | sort %}
                {{ return(true) }}
            {% endif %}
        {% endif %}
    {% endfor %}
    {{ return(false) }}
{% endmacro %}

{#- Whether a test fails at the first row at fault, wherever it stands: it looks at all rows,
    does not only warn, and tolerates none. -#}
{% macro _lets_none_through(test) %}
    {% set given = test.test_metadata.kwargs %}
    {% set is_ours = test.test_metadata.name == 'unique_key' %}
    {% set is_strict = given.get('fail_above', 0.05) == 0 if is_ours else test.config.error_if in [none, '!= 0', '> 0', '>0'] %}
    {{ return(
        is_strict and not test.config.where and not given.get('where')
        and (test.config.severity or 'error') | lower == 'error'
    ) }}
{% endmacro %}

{#- Formulas over the columns so far: {name: 'SQL'} or {name: {'sql', 'description'}}. -#}
{% macro _formula_fields(formulas, plan, scope, names) %}
    {% set fields = [] %}
    {% for name, given in formulas.items() %}
        {% set sql = given.get('sql') if given is mapping else given %}
        {% if sql is not string or not sql | trim %}
            {% do plan.problems.append('formulas.' ~ name ~ ': wants SQL as text, not ' ~ outhaul._shown(sql)) %}
        {% else %}
            {% set description = given.get('description') if given is mapping else none %}
            {% do outhaul._claim_name(
                name, description or sql ~ '.', none, none, plan, scope, names, 'formulas.' ~ name
            ) %}
            {% do fields.append({'name': name, 'sql': outhaul._given_sql(plan, sql, 'formulas.' ~ name)}) %}
        {% endif %}
    {% endfor %}
    {{ return(fields) }}
{% endmacro %}

{#- Labels: {name: {'cases': {'a label': condition, …}, 'default': 'another'}}; the first case that holds counts. -#}
{% macro _label_fields(labels, plan, scope, names) %}
    {% set fields = [] %}
    {% set sight = outhaul._sight(plan, scope, names) %}
    {% for name, given in labels.items() %}
        {% set path = 'labels.' ~ name %}
        {% if given is not mapping or given.get('cases') is not mapping or not given.get('cases') or 'default' not in given %}
            {% do plan.problems.append(
                path ~ ": wants {'cases': {'a label': condition, …}, 'default': 'another label' or none}"
            ) %}
        {% else %}
            {% do outhaul._check_keys(plan, given, ['cases', 'default', 'description'], path) %}
            {% set cases = [] %}
            {% for label, condition in given.cases.items() %}
                {% set where = outhaul._condition(condition, path ~ '.cases.' ~ label, sight) %}
                {% do cases.append('when ' ~ where ~ ' then ' ~ outhaul.literal(label)) %}
            {% endfor %}
            {% do cases.append('else ' ~ outhaul.literal(given.default)) if given.default is not none %}
            {% do outhaul._claim_name(
                name, given.get('description') or 'One of ' ~ given.cases.keys() | join(', ')
                ~ (', ' ~ given.default if given.default is not none else '') ~ '.',
                'text', none, plan, scope, names, path
            ) %}
            {% do fields.append({
                'name': name,
                'sql': 'case\n            ' ~ cases | join('\n            ') ~ '\n        end',
            }) %}
        {% endif %}
    {% endfor %}
    {% if sight.joins %}
        {% do plan.problems.append('labels: conditions on related models are not possible here: make them a field of aggregates') %}
    {% endif %}
    {{ return(fields) }}
{% endmacro %}

{#- A scope with the model's columns and the fields so far, as the last step has them. -#}
{% macro _sight(plan, scope, names) %}
    {% if scope.columns is none %}
        {{ return({'plan': plan, 'source': none, 'name': none, 'label': scope.label, 'columns': none, 'joins': [], 'fields': {}, 'key': scope.key}) }}
    {% endif %}
    {% set columns = {} %}
    {% for name, column in scope.columns.items() %}
        {% do columns.update({name: {
            'name': column.name, 'type': column.type, 'kind': column.kind, 'sql': outhaul.column_name(column.name),
        }}) %}
    {% endfor %}
    {% for field in names %}
        {% do columns.update({field.name | lower: {
            'name': field.name, 'type': field.type, 'kind': field.kind if field.type or field.kind in ['number', 'text'] else none,
            'sql': outhaul.new_column_name(field.name),
        }}) %}
    {% endfor %}
    {{ return({
        'plan': plan, 'source': none, 'name': none, 'label': scope.label ~ ' with its fields', 'columns': columns, 'joins': [],
        'fields': {}, 'key': scope.key,
    }) }}
{% endmacro %}
