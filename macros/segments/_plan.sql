{#- What one call of a macro gathers on its way to a query.

A *plan* is one call: `macro` (its name, for messages), `as_of`, `time_zone`, `names` (of CTEs that
are named as models are), `steps` (kind of step to how many there are), `ctes` (what
they read, in order), `problems`. A *scope* is one relation within it, whose columns can
be named: `source` (its CTE), `name` (what a query calls it), `label` (for messages),
`columns` (lower-case name to {name, type, kind, sql}; none where nobody can know them),
`joins` (the groups to join), `key`, and `fields` (columns of parent rows, as `columns`).

What the user named keeps its name in the query, so that SQL of theirs can use it. All
else has a name of `_step_name`, which no model and no column may have. -#}
{% macro _new_plan(macro_name, as_of=none, time_zone=none) %}
    {% set plan = {
        'macro': macro_name, 'names': [], 'steps': {}, 'ctes': [], 'problems': [], 'groups': [],
        'as_of': none, 'time_zone': none,
    } %}
    {% set moment = as_of if as_of is not none else var('outhaul_as_of', none) %}
    {% if moment is not none and moment != 'now' %}
        {% if outhaul._is_instant(moment | string) %}
            {% do plan.update({'as_of': moment | string}) %}
        {% else %}
            {% do plan.problems.append(
                "'as_of' must be a date (YYYY-MM-DD) or a time (YYYY-MM-DD HH:MM:SS) in UTC, or now, not '" ~ moment ~ "'"
            ) %}
        {% endif %}
    {% endif %}
    {% if time_zone is string and time_zone in modules.pytz.all_timezones_set %}
        {% do plan.update({'time_zone': none if time_zone == 'UTC' else time_zone}) %}
    {% elif time_zone is not none %}
        {% do plan.problems.append("'time_zone' must be one such as Europe/Berlin, not " ~ outhaul._shown(time_zone)) %}
    {% endif %}
    {{ return(plan) }}
{% endmacro %}

{#- A name for a CTE or a column of our own: "_outhaul_group_2". -#}
{% macro _step_name(plan, kind) %}
    {% do plan.steps.update({kind: plan.steps.get(kind, 0) + 1}) %}
    {{ return(outhaul._numbered_name(kind, plan.steps[kind])) }}
{% endmacro %}

{% macro _numbered_name(kind, number) %}
    {{ return('_outhaul_' ~ kind ~ '_' ~ number) }}
{% endmacro %}

{#- Whether a name is one that only our own steps may have. -#}
{% macro _is_step_name(name) %}
    {{ return(modules.re.match('^_outhaul_[a-z]+_[0-9]+$', name | lower) is not none) }}
{% endmacro %}

{#- Raise one error with all that is wrong. -#}
{% macro _settle_plan(plan) %}
    {% if plan.problems %}
        {% do outhaul._refuse_call(plan.macro, plan.problems | unique | join('; ')) %}
    {% endif %}
{% endmacro %}

{#- End the model with a message that names it and the macro. -#}
{% macro _refuse_call(macro_name, message) %}
    {% set place = ' in model ' ~ model.name if model is defined and model.name is defined else '' %}
    {% do exceptions.raise_compiler_error('outhaul.' ~ macro_name ~ place ~ ': ' ~ message) %}
{% endmacro %}

{#- A scope on a relation, which the query reads through a CTE of its own.

A parent has a name of its own too, because it is joined to the rows of another scope. -#}
{% macro _new_scope(plan, relation, path, key=none, is_parent=false) %}
    {#- A generic test with a `where` is given a query in parentheses in the relation's place. -#}
    {% if relation is string and relation.startswith('(') %}
        {% set name = outhaul._step_name(plan, 'tested') %}
        {% do plan.ctes.append({'name': name, 'body': '    select * from ' ~ relation}) %}
        {{ return({
            'plan': plan, 'source': name, 'name': name, 'label': 'tested', 'joins': [], 'fields': {}, 'relation': relation,
            'key': outhaul._names_list(key), 'columns': none,
        }) }}
    {% endif %}
    {% if not outhaul._is_relation(relation) %}
        {% do plan.problems.append(
            path ~ ": wants ref('…') or source('…', '…'), not " ~ outhaul._shown(relation)
        ) %}
        {% do outhaul._settle_plan(plan) %}
    {% endif %}
    {% set label = outhaul._bare_name(relation) %}
    {% set source = outhaul._source_name(plan, label) %}
    {% set name = source if is_parent or outhaul._is_step_name(label) else label %}
    {% do plan.ctes.append({'name': source, 'body': '    select * from ' ~ relation}) %}
    {% set columns = outhaul._columns_seen(relation, outhaul._cte_name(name)) %}
    {% for column in (columns or {}).values() if outhaul._is_step_name(column.name) %}
        {% do plan.problems.append(
            path ~ ": the column '" ~ column.name ~ "' of " ~ label
            ~ " is named like the steps of outhaul's own queries: rename it"
        ) %}
    {% endfor %}
    {{ return({
        'plan': plan, 'source': source, 'name': name, 'label': label, 'joins': [], 'fields': {}, 'relation': relation,
        'key': outhaul._names_list(key), 'columns': columns,
    }) }}
{% endmacro %}

{#- A name for the CTE of a model: the model's own, if no other one has it. -#}
{% macro _source_name(plan, label) %}
    {% if label | lower in plan.names or outhaul._is_step_name(label) %}
        {{ return(outhaul._step_name(plan, 'model')) }}
    {% endif %}
    {% do plan.names.append(label | lower) %}
    {{ return(label) }}
{% endmacro %}

{#- The name of a CTE as SQL: quoted only where it has to be, and never in another case. -#}
{% macro _cte_name(name) %}
    {% if modules.re.match('^[A-Za-z_][A-Za-z0-9_]*$', name) and name | lower not in outhaul._reserved_words() %}
        {{ return(name) }}
    {% endif %}
    {{ return(outhaul.quoted(name)) }}
{% endmacro %}

{#- The query: the CTEs of a plan, then everything of the last one. -#}
{% macro _query(plan) %}
    {% set parts = [] %}
    {% for cte in plan.ctes %}
        {% do parts.append(outhaul._cte_name(cte.name) ~ ' ' ~ cte.get('as', 'as') ~ ' (\n\n' ~ cte.body ~ '\n\n)') %}
    {% endfor %}
    {{ return(
        'with\n\n' ~ parts | join(',\n\n') ~ '\n\nselect * from ' ~ outhaul._cte_name(plan.ctes[-1].name)
    ) }}
{% endmacro %}

{#- Find a column in a scope; a problem that names it, and none, where it has no such one. -#}
{% macro _column(scope, name, path) %}
    {% if name is not string or not name %}
        {% do scope.plan.problems.append(path ~ ': wants the name of a column, not ' ~ outhaul._shown(name)) %}
        {{ return(none) }}
    {% endif %}
    {% if name | lower in scope.fields %}
        {{ return(scope.fields[name | lower]) }}
    {% endif %}
    {% if scope.columns is none %}
        {{ return({'name': name, 'type': none, 'kind': none, 'sql': outhaul._qualified(scope, name)}) }}
    {% endif %}
    {% set found = scope.columns.get(name | lower) %}
    {% if found is none %}
        {% set names = scope.columns.values() | map(attribute='name') | list %}
        {% do scope.plan.problems.append(
            path ~ ": '" ~ name ~ "' is no column of " ~ scope.label ~ outhaul._did_you_mean(name, names)
            ~ ' (it has ' ~ names | join(', ') ~ ')'
        ) %}
    {% endif %}
    {{ return(found) }}
{% endmacro %}

{#- "table.column", where nothing is known of the column but what the user wrote. -#}
{% macro _qualified(scope, name) %}
    {{ return(
        (outhaul._cte_name(scope.name) ~ '.' if scope.name else '') ~ outhaul.new_column_name(name)
    ) }}
{% endmacro %}

{#- A problem where the model of a call has another materialization; `unit` is that of unit tests. -#}
{% macro _want_materialization(plan, name, why) %}
    {% if model.config.materialized not in [name, 'unit'] %}
        {% do plan.problems.append(
            "the model wants config(materialized='" ~ name ~ "'), " ~ why ~ "; it has '" ~ model.config.materialized ~ "'"
        ) %}
    {% endif %}
{% endmacro %}

{#- The lines that join the groups of a scope. -#}
{% macro _join_lines(scope) %}
    {% set lines = [] %}
    {% for join in scope.joins if not outhaul._is_picked_only(join) %}
        {% set pairs = [] %}
        {% for pair in join.pairs %}
            {% do pairs.append(
                pair.own ~ ' = ' ~ (pair.related if join.is_parent else outhaul._cte_name(join.name) ~ '.' ~ pair.joined)
            ) %}
        {% endfor %}
        {% do pairs.extend(join.get('also', [])) %}
        {% do lines.append(
            '    left join ' ~ outhaul._cte_name(join.name) ~ '\n        on ' ~ pairs | join('\n        and ')
        ) %}
    {% endfor %}
    {{ return(lines) }}
{% endmacro %}
