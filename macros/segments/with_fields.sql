{#- A model with calculated fields beside its own columns, as a query.

The steps of the query: the model, one group for each related model, `gathered` (columns of
parent rows and aggregates), `computed` (formulas), `labelled` (labels). -#}
{% macro with_fields(model, key=none, aggregates=[], related=[], formulas={}, labels={}, as_of=none, time_zone=none) %}
    {{ return(adapter.dispatch('with_fields', 'outhaul')(
        model, key, aggregates, related, formulas, labels, as_of, time_zone
    )) }}
{% endmacro %}

{% macro default__with_fields(model, key, aggregates, related, formulas, labels, as_of, time_zone) %}
    {% if not execute %}
        {{ return('') }}
    {% endif %}
    {% set plan = outhaul._new_plan('with_fields', as_of, time_zone or var('outhaul_time_zone', none)) %}
    {% set scope = outhaul._new_scope(plan, model, 'model', key) %}
    {% set names = [] %}
    {% for name in scope.key %}
        {% do outhaul._column(scope, name, 'key') %}
    {% endfor %}
    {% set gathered = outhaul._related_fields(related, scope, names) %}
    {% do gathered.extend(outhaul._aggregate_fields(aggregates, scope, names)) %}
    {% do outhaul._write_groups(plan, scope) %}
    {% do outhaul._add_step(plan, 'gathered', scope, gathered) if gathered or not (formulas or labels) %}
    {% set fields = outhaul._formula_fields(formulas, plan, scope, names) %}
    {% do outhaul._add_step(plan, 'computed', none, fields) if fields %}
    {% set fields = outhaul._label_fields(labels, plan, scope, names) %}
    {% do outhaul._add_step(plan, 'labelled', none, fields) if fields %}
    {% if not names and not plan.problems %}
        {% do plan.problems.append("no field is asked for: give 'aggregates', 'related', 'formulas' or 'labels'") %}
    {% endif %}
    {% do outhaul._settle_plan(plan) %}
    {% set query = outhaul._query(plan) %}
    {% if var('outhaul_print_docs', false) %}
        {% do outhaul.field_docs(query, model, names) %}
    {% endif %}
    {{ return(query) }}
{% endmacro %}

{#- Add the CTE that has all columns of the step before, and these: {name, sql}. -#}
{% macro _add_step(plan, name, scope, fields) %}
    {% set before = outhaul._cte_name(scope.name if scope is not none else plan.ctes[-1].name) %}
    {% set columns = [before ~ '.*'] %}
    {% for field in fields %}
        {% do columns.append(field.sql ~ ' as ' ~ outhaul.new_column_name(field.name)) %}
    {% endfor %}
    {% do plan.ctes.append({
        'name': outhaul._step_name(plan, name),
        'body': '    select\n        ' ~ columns | join(',\n        ') ~ '\n'
            ~ (outhaul._from_lines(scope) if scope is not none else '    from ' ~ before)
    }) %}
{% endmacro %}

{#- Note a field by its name, which no column and no other field may have. -#}
{% macro _claim_name(name, description, kind, type, plan, scope, names, path) %}
    {% if name is not string or not modules.re.match('^[A-Za-z_][A-Za-z0-9_]*$', name) %}
        {% do plan.problems.append(path ~ ': a field is named with letters, digits and _, not ' ~ outhaul._shown(name)) %}
    {% elif (name | lower).startswith('_outhaul_') %}
        {% do plan.problems.append(path ~ ": '" ~ name ~ "' is named like outhaul's own: rename it") %}
    {% elif name | lower in names | map(attribute='name') | map('lower') | list %}
        {% do plan.problems.append(path ~ ": there are two fields named '" ~ name ~ "'") %}
    {% elif scope.columns is not none and name | lower in scope.columns %}
        {% do plan.problems.append(path ~ ": '" ~ name ~ "' is a column of " ~ scope.label ~ ' already') %}
    {% endif %}
    {% do names.append({'name': name, 'description': description, 'kind': kind, 'type': type}) %}
{% endmacro %}
