{#- What one call of a macro gathers on its way to a query.

A *plan* is one call: `macro` (its name, for messages), `as_of`, `names` (of CTEs, in
use), `ctes` (what they read, in order), `problems`. A *scope* is one relation within
it, whose columns can be named: `name` (its CTE), `label` (for messages), `columns`
(lower-case name to {name, type, kind, sql}; none where nobody can know them), `joins`
(the groups to join), `inner` (scopes of `exists` in its conditions), `key`, and `fields`
(columns of parent rows, as `columns`). -#}
{% macro _new_plan(macro_name, as_of=none) %}
    {% set plan = {
        'macro': macro_name, 'names': outhaul._step_names(), 'ctes': [], 'problems': [], 'groups': [],
        'as_of': none,
    } %}
    {% set moment = as_of if as_of is not none else var('outhaul_as_of', none) %}
    {% if moment is not none %}
        {% if outhaul._is_instant(moment | string) %}
            {% do plan.update({'as_of': moment | string}) %}
        {% else %}
            {% do plan.problems.append(
                "'as_of' must be a date (YYYY-MM-DD) or a time (YYYY-MM-DD HH:MM:SS) in UTC, not '" ~ moment ~ "'"
            ) %}
        {% endif %}
    {% endif %}
    {{ return(plan) }}
{% endmacro %}

{#- The CTEs that are steps of ours; a model of such a name is read under another. -#}
{% macro _step_names() %}
    {{ return([
        'breakdown', 'chosen', 'combinations', 'computed', 'counted', 'faulty', 'gathered', 'keys', 'labelled',
        'members', 'named', 'overlap', 'ranked', 'report', 'sizes', 'summed', 'tested',
    ]) }}
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

{#- A scope on a relation, which the query reads through a CTE of its own. -#}
{% macro _new_scope(plan, relation, path, key=none) %}
    {#- A generic test with a `where` is given a query in parentheses in the relation's place. -#}
    {% if relation is string and relation.startswith('(') %}
        {% do plan.ctes.append({'name': 'tested', 'body': '    select * from ' ~ relation}) %}
        {{ return({
            'plan': plan, 'name': 'tested', 'label': 'tested', 'joins': [], 'inner': [], 'fields': {}, 'relation': relation,
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
    {% set name = outhaul._unused_name(plan, label) %}
    {% do plan.ctes.append({'name': name, 'body': '    select * from ' ~ relation}) %}
    {{ return({
        'plan': plan, 'name': name, 'label': label, 'joins': [], 'inner': [], 'fields': {}, 'relation': relation,
        'key': outhaul._names_list(key),
        'columns': outhaul._columns_seen(relation, outhaul._cte_name(name)),
    }) }}
{% endmacro %}

{#- A name for a CTE that no other one has. -#}
{% macro _unused_name(plan, wanted) %}
    {% set taken = {} %}
    {% for number in range(2, plan.names | length + 3) %}
        {% if not taken.name %}
            {% set candidate = wanted if loop.first else wanted ~ '_' ~ (number - 1) %}
            {% do taken.update({'name': candidate}) if candidate | lower not in plan.names %}
        {% endif %}
    {% endfor %}
    {% do plan.names.append(taken.name | lower) %}
    {{ return(taken.name) }}
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
        {% do parts.append(outhaul._cte_name(cte.name) ~ ' as (\n\n' ~ cte.body ~ '\n\n)') %}
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

{#- The lines that join the groups of a scope. -#}
{% macro _join_lines(scope) %}
    {% set lines = [] %}
    {% for join in scope.joins if not outhaul._is_picked_only(join) %}
        {% set pairs = [] %}
        {% for pair in join.pairs %}
            {% do pairs.append(
                pair.own ~ ' = ' ~ outhaul._cte_name(join.name) ~ '.' ~ pair.joined
            ) %}
        {% endfor %}
        {% do pairs.extend(join.get('also', [])) %}
        {% do lines.append(
            '    left join ' ~ outhaul._cte_name(join.name) ~ '\n        on ' ~ pairs | join('\n        and ')
        ) %}
    {% endfor %}
    {{ return(lines) }}
{% endmacro %}
