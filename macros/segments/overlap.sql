{#- How much each pair of segments has in common, as a query of one row per pair. -#}
{% macro overlap(models, key) %}
    {{ return(adapter.dispatch('overlap', 'outhaul')(models, key)) }}
{% endmacro %}

{% macro default__overlap(models, key) %}
    {% if not execute %}
        {{ return('') }}
    {% endif %}
    {% set plan = outhaul._new_plan('overlap') %}
    {% set names = outhaul._membership_steps(plan, models, key) %}
    {% set pairs = [] %}
    {% for left in names %}
        {% for right in names[loop.index:] %}
            {% do pairs.append(outhaul._pair_select(left, right)) %}
        {% endfor %}
    {% endfor %}
    {% do plan.ctes.append({'name': '_outhaul_sizes_1', 'body': pairs | join('\n\n    union all\n\n')}) %}
    {% set float = outhaul.type_double() %}
    {% do plan.ctes.append({'name': '_outhaul_overlap_1', 'body':
        '    select\n        *,'
        ~ '\n        left_size + right_size - intersection_size as union_size,'
        ~ '\n        cast(intersection_size as ' ~ float ~ ') / nullif(left_size + right_size - intersection_size, 0) as jaccard,'
        ~ '\n        cast(intersection_size as ' ~ float ~ ') / nullif(left_size, 0) as left_in_right,'
        ~ '\n        cast(intersection_size as ' ~ float ~ ') / nullif(right_size, 0) as right_in_left'
        ~ '\n    from _outhaul_sizes_1'
    }) %}
    {{ return(outhaul._query(plan)) }}
{% endmacro %}

{#- Sizes of two segments and of what they share. -#}
{% macro _pair_select(left, right) %}
    {% set columns = [
        'cast(' ~ outhaul.literal(left.name) ~ ' as ' ~ outhaul.type_text() ~ ') as left_segment',
        'cast(' ~ outhaul.literal(right.name) ~ ' as ' ~ outhaul.type_text() ~ ') as right_segment',
    ] %}
    {% for name, flags_both in {
        'left_size': left.flag, 'right_size': right.flag, 'intersection_size': left.flag ~ ' * ' ~ right.flag,
    }.items() %}
        {% do columns.append(
            'cast(coalesce(sum(' ~ flags_both ~ ' * key_count), 0) as ' ~ dbt.type_bigint() ~ ') as ' ~ name
        ) %}
    {% endfor %}
    {{ return('    select\n        ' ~ columns | join(',\n        ') ~ '\n    from _outhaul_combinations_1') }}
{% endmacro %}

{#- Add the CTEs that say of each key which segments it is in: `_outhaul_combinations_1` has one row for
    each set of segments that some key is in. Returns {name, flag} of each segment. -#}
{% macro _membership_steps(plan, models, key) %}
    {% set key_names = outhaul._names_list(key) %}
    {% set relations = models if models is iterable and models is not string and models is not mapping else [] %}
    {% if relations | length < 2 %}
        {% do plan.problems.append("models: wants a list of two or more, such as [ref('one'), ref('another')]") %}
    {% endif %}
    {% if relations | length > 60 %}
        {% do plan.problems.append('models: wants no more than 60') %}
    {% endif %}
    {% if not key_names %}
        {% do plan.problems.append("'key' is missing: a column, or a list of columns, that all the segments have") %}
    {% endif %}
    {% do outhaul._settle_plan(plan) %}
    {% set scopes = [] %}
    {% for relation in relations %}
        {% do scopes.append(outhaul._new_scope(plan, relation, 'models[' ~ loop.index0 ~ ']', key)) %}
    {% endfor %}
    {% do outhaul._check_same_parent(plan, scopes) %}
    {% do outhaul._check_same_keys(plan, scopes, key_names) %}
    {% do outhaul._settle_plan(plan) %}
    {% set segments = [] %}
    {% for scope in scopes %}
        {% do segments.append({
            'name': scope.label, 'flag': 'in_' ~ loop.index, 'bit': 2 ** loop.index0, 'scope': scope,
        }) %}
    {% endfor %}
    {% set key_columns = [] %}
    {% for name in key_names %}
        {% do key_columns.append('key_' ~ loop.index) %}
    {% endfor %}
    {% set members = [] %}
    {% for segment in segments %}
        {% do members.append(outhaul._members_select(segment, key_names)) %}
    {% endfor %}
    {% set columns = [] %}
    {% for segment in segments %}
        {% do columns.append(outhaul.has_bit('segment_bits', segment.bit) ~ ' as ' ~ segment.flag) %}
    {% endfor %}
    {% do plan.ctes.append({'name': '_outhaul_members_1', 'body': members | join('\n\n    union all\n\n')}) %}
    {% do plan.ctes.append({'name': '_outhaul_keys_1', 'body':
        '    select ' ~ outhaul.combined_bits('segment_bit') ~ ' as segment_bits'
        ~ '\n    from _outhaul_members_1\n    group by ' ~ key_columns | join(', ')
    }) %}
    {% do plan.ctes.append({'name': '_outhaul_combinations_1', 'body':
        '    select\n        ' ~ columns | join(',\n        ') ~ ',\n        count(*) as key_count'
        ~ '\n    from _outhaul_keys_1\n    group by segment_bits'
    }) %}
    {{ return(segments) }}
{% endmacro %}

{#- The keys of one segment, each with the bit that stands for the segment. -#}
{% macro _members_select(segment, key_names) %}
    {% set columns = [] %}
    {% set present = [] %}
    {% for name in key_names %}
        {% set column = outhaul._column(segment.scope, name, 'key') %}
        {% do columns.append(column.sql ~ ' as key_' ~ loop.index) %}
        {% do present.append(column.sql ~ ' is not null') %}
    {% endfor %}
    {% do columns.append('cast(' ~ segment.bit ~ ' as ' ~ dbt.type_bigint() ~ ') as segment_bit') %}
    {{ return(
        '    select\n        ' ~ columns | join(',\n        ')
        ~ '\n' ~ outhaul._from_lines(segment.scope) ~ '\n    where ' ~ present | join(' and ')
    ) }}
{% endmacro %}

{#- The columns of the key must exist in all segments, and be of one kind. -#}
{% macro _check_same_keys(plan, scopes, key_names) %}
    {% for name in key_names %}
        {% set first = outhaul._column(scopes[0], name, 'key') %}
        {% for scope in scopes[1:] %}
            {% set column = outhaul._column(scope, name, 'key') %}
            {% if first is not none and column is not none and outhaul._kinds_differ(first.kind, column.kind) %}
                {% do plan.problems.append(
                    "key: '" ~ name ~ "' is " ~ first.type ~ ' in ' ~ scopes[0].label ~ ' and ' ~ column.type ~ ' in ' ~ scope.label
                ) %}
            {% endif %}
        {% endfor %}
    {% endfor %}
{% endmacro %}
