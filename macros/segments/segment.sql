{#- The rows of a model that meet a tree of conditions, as a query. -#}
{% macro segment(model, where=none, key=none, columns=none, exclude=none, holdout=none, as_of=none) %}
    {{ return(adapter.dispatch('segment', 'outhaul')(model, where, key, columns, exclude, holdout, as_of)) }}
{% endmacro %}

{% macro default__segment(model, where, key, columns, exclude, holdout, as_of) %}
    {% set exclusions = outhaul._exclusions(exclude) %}
    {% if not execute %}
        {{ return('') }}
    {% endif %}
    {% set plan = outhaul._new_plan('segment', as_of) %}
    {% set scope = outhaul._new_scope(plan, model, 'model', key) %}
    {% for name in scope.key %}
        {% do outhaul._column(scope, name, 'key') %}
    {% endfor %}
    {% set conditions = [] %}
    {% if where is not none %}
        {% do conditions.extend(outhaul._conjuncts(where, 'where', scope, true)) %}
    {% endif %}
    {% for exclusion in exclusions %}
        {% set excluded = {'not_in_segment': exclusion.relation} %}
        {% do excluded.update({'by': exclusion.by}) if exclusion.by %}
        {% do conditions.append(outhaul._existence(excluded, 'exclude[' ~ loop.index0 ~ ']', scope)) %}
    {% endfor %}
    {% if holdout is not none %}
        {% do conditions.append(outhaul._not_held_out(holdout, scope)) %}
    {% endif %}
    {% set wanted = [] %}
    {% for name in outhaul._names_list(columns) %}
        {% set column = outhaul._column(scope, name, 'columns') %}
        {% do wanted.append(column.sql) if column is not none %}
    {% endfor %}
    {% do outhaul._settle_plan(plan) %}
    {% do outhaul._write_groups(plan, scope) %}
    {% do plan.ctes.append({
        'name': 'chosen',
        'body': '    select' ~ ('\n        ' ~ wanted | join(',\n        ') if wanted
            else ' ' ~ outhaul._cte_name(scope.name) ~ '.*')
            ~ '\n' ~ outhaul._from_lines(scope) ~ outhaul._where_lines(conditions)
    }) %}
    {{ return(outhaul._query(plan)) }}
{% endmacro %}

{#- The models whose rows no segment has: {relation, by}. They are named by the var
    `outhaul_exclusions`, unless the segment has a list of its own. -#}
{% macro _exclusions(exclude) %}
    {% set found = [] %}
    {% set named = var('outhaul_exclusions', []) if exclude is none else exclude %}
    {% set named = [] if named is boolean and not named else named %}
    {% for entry in ([named] if named is string or named is mapping else named) %}
        {% set is_mapping = entry is mapping and not outhaul._is_relation(entry) %}
        {% set model = entry.model if is_mapping else entry %}
        {% set by = entry.get('by') if is_mapping else none %}
        {% do found.append({'relation': ref(model) if model is string else model, 'by': by}) %}
    {% endfor %}
    {{ return(found) }}
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
