{#- Related rows, grouped once: what is counted or added up of them, one row per key.

A *group* is one CTE over one related model and one join: however many conditions and
calculated fields need it, its rows are read once. `measures` are {name, sql, condition};
`rows` are conditions that all of them share; `sources` is the scope of the related model. -#}

{#- The group for this relation and join, made at its first use, and joined to the scope. -#}
{% macro _group(scope, relation, by, path, purpose='measures') %}
    {% set plan = scope.plan %}
    {% if not outhaul._is_relation(relation) %}
        {% do plan.problems.append(path ~ ": wants ref('…') or source('…', '…'), not " ~ outhaul._shown(relation)) %}
        {{ return(none) }}
    {% endif %}
    {% set identity = purpose ~ ' ' ~ scope.source ~ ' ' ~ relation ~ ' ' ~ (by or scope.key) %}
    {% for group in plan.groups %}
        {% if group.identity == identity %}
            {{ return(group) }}
        {% endif %}
    {% endfor %}
    {% set related = outhaul._new_scope(plan, relation, path) %}
    {% set pairs = outhaul._pairs(scope, related, by, path) %}
    {% if not pairs %}
        {{ return(none) }}
    {% endif %}
    {% set group = {
        'identity': identity, 'name': outhaul._step_name(plan, 'group'), 'sources': related, 'pairs': pairs, 'measures': [], 'picks': [],
        'rows': [],
    } %}
    {% do plan.groups.append(group) %}
    {% do scope.joins.append(group) %}
    {{ return(group) }}
{% endmacro %}

{#- The columns of a join: {own, other, joined, related}; nothing, and a problem, where they don't fit. -#}
{% macro _pairs(scope, related, by, path) %}
    {% set plan = scope.plan %}
    {% set wanted = {} %}
    {% if by is mapping %}
        {% do wanted.update(by) %}
    {% else %}
        {% for name in outhaul._names_list(by) if by is not none %}
            {% do wanted.update({name: name}) %}
        {% endfor %}
        {% for name in scope.key if by is none %}
            {% do wanted.update({name: name}) %}
        {% endfor %}
    {% endif %}
    {% if not wanted %}
        {% do plan.problems.append(
            path ~ ": 'by' is missing: the column that joins " ~ related.label ~ ' to ' ~ scope.label
            ~ ", or a mapping {'own column': 'column there'}"
        ) %}
        {{ return([]) }}
    {% endif %}
    {% set pairs = [] %}
    {% for own_name, other_name in wanted.items() %}
        {% set own = outhaul._column(scope, own_name, path ~ '.by') %}
        {% set other = outhaul._column(related, other_name, path ~ '.by') %}
        {% if own is not none and other is not none %}
            {% if outhaul._kinds_differ(own.kind, other.kind) %}
                {% do plan.problems.append(
                    path ~ ".by: '" ~ own.name ~ "' of " ~ scope.label ~ ' (' ~ own.type ~ ") and '" ~ other.name ~ "' of "
                    ~ related.label ~ ' (' ~ other.type ~ ') are of different kinds'
                ) %}
            {% endif %}
            {% do pairs.append({
                'own': own.sql, 'other': other.name | lower, 'related': other.sql,
                'joined': outhaul.new_column_name(outhaul._numbered_name('key', loop.index)),
            }) %}
        {% endif %}
    {% endfor %}
    {{ return(pairs if pairs | length == wanted | length else []) }}
{% endmacro %}

{#- Whether two columns hold what cannot be compared; dates and times can. -#}
{% macro _kinds_differ(left, right) %}
    {% set times = ['date', 'timestamp', 'timestamp with time zone'] %}
    {{ return(
        left is not none and right is not none and left != right
        and not (left in times and right in times)
    ) }}
{% endmacro %}

{#- Write the CTEs of all groups: those that others join come first. -#}
{% macro _write_groups(plan, scope) %}
    {% for group in scope.joins %}
        {% if group.sources is defined and not group.is_written %}
            {% do group.update({'is_written': true}) %}
            {% do outhaul._write_groups(plan, group.sources) %}
            {% if not outhaul._is_picked_only(group) %}
                {% do plan.ctes.append({'name': group.name, 'body': outhaul._group_body(group)}) %}
            {% endif %}
            {% for pick in group.picks %}
                {% do plan.ctes.append({'name': pick.name, 'body': outhaul._pick_body(group, pick)}) %}
            {% endfor %}
        {% endif %}
    {% endfor %}
{% endmacro %}

{#- Whether all that is asked of a group stands in CTEs beside it, so that it is not needed. -#}
{% macro _is_picked_only(group) %}
    {{ return(group.picks is defined and group.picks and not group.measures) }}
{% endmacro %}

{#- The select of a group. A condition that all measures share filters the rows.

A most frequent value that stands alone is ranked, which is faster than the aggregate. -#}
{% macro _group_body(group) %}
    {% if group.measures | length == 1 and group.measures[0].function == 'most_frequent' %}
        {{ return(
            '    select *\n    from (\n' ~ outhaul._pick_body(group, outhaul._pick(group, group.measures[0]))
            ~ '\n    ) as _outhaul_ranked_1\n    where ' ~ outhaul._place() ~ ' = 1'
        ) }}
    {% endif %}
    {% set conditions = group.measures | map(attribute='condition') | list %}
    {% set shared = conditions[0] if conditions and conditions | unique(case_sensitive=true) | list | length == 1 else none %}
    {% set columns = [] %}
    {% for pair in group.pairs %}
        {% do columns.append(pair.related ~ ' as ' ~ pair.joined) %}
    {% endfor %}
    {% for measure in group.measures %}
        {% do columns.append(
            outhaul._measure_sql(measure, none if shared else measure.condition)
            ~ ' as ' ~ outhaul.new_column_name(measure.name)
        ) %}
    {% endfor %}
    {{ return(
        '    select' ~ (' distinct' if not group.measures else '')
        ~ '\n        ' ~ columns | join(',\n        ')
        ~ '\n' ~ outhaul._from_lines(group.sources)
        ~ outhaul._where_lines(group.rows + ([shared] if shared else []))
        ~ ('\n    group by ' ~ group.pairs | map(attribute='related') | join(', ') if group.measures else '')
    ) }}
{% endmacro %}

{#- "from orders left join …". -#}
{% macro _from_lines(scope) %}
    {% set source = outhaul._cte_name(scope.source) %}
    {% set name = outhaul._cte_name(scope.name) %}
    {{ return(
        (['    from ' ~ source ~ (' as ' ~ name if name != source else '')] + outhaul._join_lines(scope)) | join('\n')
    ) }}
{% endmacro %}

{#- The column that says which of the values of a key comes first. -#}
{% macro _place() %}
    {{ return(outhaul.new_column_name(outhaul._numbered_name('place', 1))) }}
{% endmacro %}

{#- A value that no aggregate of the warehouse picks alike at every run: by position, or by
an aggregate that stands alone. -#}
{% macro _pick_body(group, pick) %}
    {% set keys = group.pairs | map(attribute='related') | join(', ') %}
    {% set new_name = outhaul.new_column_name(pick.column) %}
    {% set columns = [] %}
    {% for pair in group.pairs %}
        {% do columns.append(pair.related ~ ' as ' ~ pair.joined) %}
    {% endfor %}
    {% set start = '    select\n        ' ~ columns | join(',\n        ') ~ ',\n        ' %}
    {% set rows = '\n' ~ outhaul._from_lines(group.sources) ~ outhaul._where_lines(pick.conditions) %}
    {% if pick.at is defined %}
        {{ return(outhaul._percentile_body(group, pick, start, rows, keys, new_name)) }}
    {% elif pick.aggregate is defined %}
        {{ return(start ~ pick.aggregate ~ ' as ' ~ new_name ~ rows ~ '\n    group by ' ~ keys) }}
    {% endif %}
    {{ return(
        start ~ pick.value ~ ' as ' ~ new_name
        ~ ',\n        row_number() over (partition by ' ~ keys ~ ' order by ' ~ pick.order ~ ') as ' ~ outhaul._place()
        ~ rows ~ ('\n    group by ' ~ keys ~ ', ' ~ pick.value if pick.is_grouped else '')
    ) }}
{% endmacro %}

{#- A percentile between the two values beside its position, each weighted by how near it is. -#}
{% macro _percentile_body(group, pick, start, rows, keys, new_name) %}
    {% set names = group.pairs | map(attribute='joined') | join(', ') %}
    {% set double = outhaul.type_double() %}
    {{ return(
        '    select\n        ' ~ names ~ ',\n        sum(_outhaul_ranked_value * case when abs(_outhaul_rank - _outhaul_position) < 1'
        ~ ' then 1 - abs(_outhaul_rank - _outhaul_position) else 0 end) as ' ~ new_name ~ '\n    from (\n'
        ~ start ~ 'cast(' ~ pick.value ~ ' as ' ~ double ~ ') as _outhaul_ranked_value'
        ~ ',\n        row_number() over (partition by ' ~ keys ~ ' order by ' ~ pick.value ~ ') - 1 as _outhaul_rank'
        ~ ',\n        cast(' ~ pick.at ~ ' as ' ~ double ~ ') * (count(*) over (partition by ' ~ keys ~ ') - 1) as _outhaul_position'
        ~ rows ~ '\n    ) as _outhaul_ranked_2\n    group by ' ~ names
    ) }}
{% endmacro %}
