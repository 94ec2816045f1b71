{#- One row for each profile with the best value of each field, as a query. -#}
{% macro profiles(records, lookup, key, fields, time=none, source=none, priority=none) %}
    {{ return(adapter.dispatch('profiles', 'outhaul')(records, lookup, key, fields, time, source, priority)) }}
{% endmacro %}

{% macro default__profiles(records, lookup, key, fields, time, source, priority) %}
    {% if not execute %}
        {{ return('') }}
    {% endif %}
    {% set plan = outhaul._new_plan('profiles') %}
    {% set scope = outhaul._new_scope(plan, records, 'records', key) %}
    {% set owner = outhaul._new_scope(plan, lookup, 'lookup', key) %}
    {% set record = outhaul._record_columns(scope, []) %}
    {% set its_record = outhaul._record_columns(owner, []) if record else [] %}
    {% set profile_id = outhaul._column(owner, 'profile_id', 'lookup') %}
    {% set order = {
        'time': outhaul._column(scope, time, 'time').sql if time is not none else none,
        'source': outhaul._column(scope, source, 'source').sql if source is not none else none,
        'priority': priority,
    } %}
    {% set found = outhaul._golden_fields(scope, fields, order) %}
    {% do outhaul._settle_plan(plan) %}
    {% set pairs = [] %}
    {% for each in record %}
        {% do pairs.append(each.sql ~ ' = ' ~ its_record[loop.index0].sql) %}
    {% endfor %}
    {% do plan.ctes.append({
        'name': '_outhaul_joined_1',
        'body': '    select\n        ' ~ outhaul._joined_columns(profile_id.sql, record, found, order) | join(',\n        ')
            ~ '\n' ~ outhaul._from_lines(scope)
            ~ '\n    inner join ' ~ outhaul._cte_name(owner.name) ~ '\n        on ' ~ pairs | join('\n        and '),
    }) %}
    {% do plan.ctes.append({'name': '_outhaul_ranked_1', 'body': '    ' ~ outhaul._ranked_values(record, found, order)}) %}
    {% do plan.ctes.append({'name': '_outhaul_chosen_1', 'body': '    ' ~ outhaul._best_values(found)}) %}
    {{ return(outhaul._query(plan)) }}
{% endmacro %}

{#- What the records of a profile are compared by. -#}
{% macro _joined_columns(profile_id, record, found, order) %}
    {% set columns = [profile_id ~ ' as profile_id'] %}
    {% for each in record %}
        {% do columns.append(each.sql ~ ' as ' ~ outhaul._numbered_name('key', loop.index)) %}
    {% endfor %}
    {% do columns.append(order.time ~ ' as _outhaul_time_1') if order.time %}
    {% for field in found %}
        {% do columns.append(field.sql ~ ' as ' ~ field.value) %}
        {% if field.by == 'most_frequent' %}
            {% do columns.append(
                'count(*) over (partition by ' ~ profile_id ~ ', ' ~ outhaul.groupable(field.sql, field.type or '')
                ~ ') as ' ~ field.measure
            ) %}
        {% elif field.by == 'source_priority' %}
            {% do columns.append(outhaul._place_of_source(order.source, field.priority) ~ ' as ' ~ field.measure) %}
        {% elif field.by == 'longest' %}
            {% do columns.append('length(cast(' ~ field.sql ~ ' as ' ~ outhaul.type_text() ~ ')) as ' ~ field.measure) %}
        {% endif %}
    {% endfor %}
    {{ return(columns) }}
{% endmacro %}

{% macro _place_of_source(source, priority) %}
    {% set branches = [] %}
    {% for name in priority %}
        {% do branches.append('when ' ~ outhaul.literal(name) ~ ' then ' ~ loop.index) %}
    {% endfor %}
    {{ return('case ' ~ source ~ ' ' ~ branches | join(' ') ~ ' else ' ~ (priority | length + 1) ~ ' end') }}
{% endmacro %}

{#- Which record of a profile has the best value of each field. Of equals, the most recent
    one has it, then the first by its key: the same at every build. -#}
{% macro _ranked_values(record, found, order) -%}
    {% set last = [] -%}
    {% if order.time -%}
        {% do last.extend(['case when _outhaul_time_1 is null then 1 else 0 end', '_outhaul_time_1 desc']) -%}
    {% endif -%}
    {% for each in record -%}
        {% do last.append(outhaul._numbered_name('key', loop.index)) -%}
    {% endfor -%}
    select
        _outhaul_joined_1.*
        {%- for field in found %},
        row_number() over (
            partition by profile_id
            order by
                case when {{ field.value }} is null then 1 else 0 end,
                {% if field.by != 'most_recent' -%}
                {{ field.measure }}{{ ' desc' if field.by != 'source_priority' }},
                {% endif -%}
                {{ last | join(', ') }}
        ) as {{ field.place }}
        {%- endfor %}
    from _outhaul_joined_1
{%- endmacro %}

{% macro _best_values(found) -%}
    select
        profile_id,
        {%- for field in found %}
        {{ outhaul.value_where(field.place ~ ' = 1', field.value, field.kind) }} as {{ field.name }},
        {%- endfor %}
        count(*) as record_count
    from _outhaul_ranked_1
    group by profile_id
{%- endmacro %}
