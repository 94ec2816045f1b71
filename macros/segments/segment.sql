{#- The rows of a model that meet a tree of conditions, as a query. -#}
{% macro segment(model, where=none, key=none, columns=none, exclude=none, holdout=none, as_of=none, time_zone=none) %}
    {{ return(adapter.dispatch('segment', 'outhaul')(
        model, where, key, columns, exclude, holdout, as_of, time_zone
    )) }}
{% endmacro %}

{% macro default__segment(model, where, key, columns, exclude, holdout, as_of, time_zone) %}
    {% set exclusions = outhaul._exclusions(exclude) %}
    {% if not execute %}
        {{ return('') }}
    {% endif %}
    {% set plan = outhaul._new_plan('segment', as_of, time_zone or var('outhaul_time_zone', none)) %}
    {% set scope = outhaul._new_scope(plan, model, 'model', key) %}
    {% for name in scope.key %}
        {% do outhaul._column(scope, name, 'key') %}
    {% endfor %}
    {% do outhaul._leave_out(scope, exclusions, holdout) %}
    {% set conditions = outhaul._conjuncts(where, 'where', scope, true) if where is not none else [] %}
    {% set wanted = [] %}
    {% for name in outhaul._names_list(columns) %}
        {% set column = outhaul._column(scope, name, 'columns') %}
        {% do wanted.append(column.sql) if column is not none %}
    {% endfor %}
    {% do outhaul._settle_plan(plan) %}
    {% do outhaul._write_groups(plan, scope) %}
    {% do plan.ctes.append({
        'name': outhaul._step_name(plan, 'chosen'),
        'body': '    select' ~ ('\n        ' ~ wanted | join(',\n        ') if wanted
            else ' ' ~ outhaul._cte_name(scope.name) ~ '.*')
            ~ '\n' ~ outhaul._from_lines(scope) ~ outhaul._where_lines(conditions)
    }) %}
    {{ return(outhaul._query(plan)) }}
{% endmacro %}

{#- Take the excluded rows and the control group off, in a step before all conditions:
    nothing that a condition says can bring them back. -#}
{% macro _leave_out(scope, exclusions, holdout) %}
    {% set plan = scope.plan %}
    {% set conditions = [] %}
    {% for exclusion in exclusions %}
        {% set excluded = {'not_in_segment': exclusion.relation} %}
        {% do excluded.update({'by': exclusion.by}) if exclusion.by %}
        {% do conditions.append(outhaul._existence(excluded, 'exclude[' ~ loop.index0 ~ ']', scope)) %}
    {% endfor %}
    {% if holdout is not none %}
        {% do conditions.append(outhaul._not_held_out(holdout, scope)) %}
    {% endif %}
    {% if conditions %}
        {% set name = outhaul._step_name(plan, 'allowed') %}
        {% do plan.ctes.append({
            'name': name,
            'body': '    select ' ~ outhaul._cte_name(scope.name) ~ '.*\n'
                ~ outhaul._from_lines(scope) ~ outhaul._where_lines(conditions)
        }) %}
        {% do scope.update({'source': name}) %}
    {% endif %}
{% endmacro %}

{#- The models whose rows no segment has: {relation, by}. They are named by the var
    `outhaul_exclusions`, unless the segment has a list of its own. -#}
{% macro _exclusions(exclude) %}
    {% set found = [] %}
    {% set named = var('outhaul_exclusions', []) if exclude is none else exclude %}
    {% set named = [] if named is none or (named is boolean and not named) else named %}
    {% set is_one = named is string or named is mapping or named is not iterable %}
    {% for entry in ([named] if is_one else named) %}
        {% set problems = outhaul._faults_of_exclusion(entry, 'exclude' ~ ('' if is_one else '[' ~ loop.index0 ~ ']')) %}
        {% if not problems %}
            {% set is_mapping = entry is mapping and not outhaul._is_relation(entry) %}
            {% set model = entry.model if is_mapping else entry %}
            {% set by = entry.get('by') if is_mapping else none %}
            {% do found.append({'relation': ref(model) if model is string else model, 'by': by}) %}
        {% elif execute %}
            {% do outhaul._refuse_call('segment', problems | join('; ')) %}
        {% endif %}
    {% endfor %}
    {{ return(found) }}
{% endmacro %}

{#- What is wrong with an entry of the exclusions. -#}
{% macro _faults_of_exclusion(entry, path) %}
    {% set plan = {'problems': []} %}
    {% if outhaul._is_relation(entry) or (entry is string and entry) %}
        {{ return([]) }}
    {% elif entry is not mapping %}
        {% do plan.problems.append(path ~ ": wants a model, or {'model': …, 'by': …}, not " ~ outhaul._shown(entry)) %}
    {% else %}
        {% set model = entry.get('model') %}
        {% do outhaul._check_keys(plan, entry, ['model', 'by'], path) %}
        {% if not (outhaul._is_relation(model) or (model is string and model)) %}
            {% do plan.problems.append(path ~ '.model: wants a model or its name, not ' ~ outhaul._shown(model)) %}
        {% endif %}
    {% endif %}
    {{ return(plan.problems) }}
{% endmacro %}

{#- "this row is not in the control group": {'salt': 'autumn', 'share': 0.1}. -#}
{% macro _not_held_out(holdout, scope) %}
    {% set plan = scope.plan %}
    {% if holdout is not mapping or holdout.salt is not string or not outhaul._is_share(holdout.share) %}
        {% do plan.problems.append("holdout: wants {'salt': 'a name', 'share': a share from 0 to 1}") %}
        {{ return('null') }}
    {% elif not scope.key %}
        {% do plan.problems.append("holdout: 'key' is missing: the column by which rows are held out") %}
        {{ return('null') }}
    {% endif %}
    {% do outhaul._check_keys(plan, holdout, ['salt', 'share'], 'holdout') %}
    {% set columns = [] %}
    {% for name in scope.key %}
        {% set column = outhaul._column(scope, name, 'key') %}
        {% do columns.append(column.sql if column is not none else 'null') %}
    {% endfor %}
    {{ return(
        outhaul._hash_digits(columns, holdout.salt) ~ " >= '" ~ outhaul._digits_of_share(holdout.share) ~ "'"
    ) }}
{% endmacro %}
