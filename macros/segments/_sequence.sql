{#- Conditions on what came after what: {'first': step, 'then': step, 'within_days': 3}, or
`then_not` for what did not come.

A step is {related, by, where, within_days, time}. `same` names columns that both rows have
alike, `pair` is SQL over the two, as `earlier` and `later`. -#}
{% macro _sequence_condition(condition, path, scope) %}
    {% set plan = scope.plan %}
    {% do outhaul._check_keys(plan, condition, ['first', 'then', 'then_not', 'within_days', 'same', 'pair'], path) %}
    {% set wanted = condition.keys() | select('in', ['then', 'then_not']) | list %}
    {% if wanted | length != 1 %}
        {% do plan.problems.append(path ~ ": wants one of then, then_not beside 'first'") %}
        {{ return('null') }}
    {% elif 'within_days' in condition and not outhaul._is_days(condition.within_days) %}
        {% do plan.problems.append(
            path ~ '.within_days: wants a number of days from 1 on, not ' ~ outhaul._shown(condition.within_days)
        ) %}
    {% endif %}
    {% set earlier = outhaul._sequence_step(condition.first, path ~ '.first', scope) %}
    {% set later = outhaul._sequence_step(condition[wanted[0]], path ~ '.' ~ wanted[0], scope) %}
    {% if earlier is none or later is none %}
        {{ return('null') }}
    {% endif %}
    {% set same = outhaul._same_columns_of(plan, condition, earlier, later, path) %}
    {% set pair = outhaul._given_sql(plan, condition.pair, path ~ '.pair') if condition.pair is string else none %}
    {% if 'pair' in condition and pair is none %}
        {% do plan.problems.append(path ~ ".pair: wants SQL over 'earlier' and 'later', not " ~ outhaul._shown(condition.pair)) %}
    {% endif %}
    {% do outhaul._settle_plan(plan) %}
    {% set is_by_day = earlier.time.kind == 'date' and later.time.kind == 'date' %}
    {% do outhaul._write_step(plan, earlier, same | map(attribute='own') | list, is_by_day) %}
    {% do outhaul._write_step(plan, later, same | map(attribute='other') | list, is_by_day) %}
    {% set name = outhaul._step_name(plan, 'sequence') %}
    {% do plan.ctes.append({'name': name, 'body': outhaul._sequence_body(
        plan, earlier, later, same | length, pair, condition.get('within_days'), is_by_day, wanted[0] == 'then_not'
    )}) %}
    {% do scope.joins.append({'name': name, 'pairs': earlier.pairs}) %}
    {{ return(outhaul._cte_name(name) ~ '.' ~ earlier.pairs[0].joined ~ ' is not null') }}
{% endmacro %}

{#- A step with its rows: {scope, pairs, conditions, time}; none, and a problem, where it is none. -#}
{% macro _sequence_step(step, path, scope) %}
    {% set plan = scope.plan %}
    {% if step is not mapping or not outhaul._is_relation(step.get('related')) %}
        {% do plan.problems.append(path ~ ": wants {'related': ref('…'), 'time': 'a column', …}, not " ~ outhaul._shown(step)) %}
        {{ return(none) }}
    {% endif %}
    {% do outhaul._check_keys(plan, step, ['related', 'by', 'where', 'within_days', 'time'], path) %}
    {% set related = outhaul._new_scope(plan, step.related, path) %}
    {% set pairs = outhaul._pairs(scope, related, step.get('by'), path) %}
    {% set time = outhaul._time_column(step, related, path) %}
    {% set conditions = outhaul._counted_rows(step, related, path, true) %}
    {% if not pairs or time is none %}
        {{ return(none) }}
    {% endif %}
    {{ return({'scope': related, 'pairs': pairs, 'conditions': conditions, 'time': outhaul._as_time(time)}) }}
{% endmacro %}

{#- The columns that both rows have alike: {own, other}, as SQL. -#}
{% macro _same_columns_of(plan, condition, earlier, later, path) %}
    {% set given = condition.get('same') %}
    {% set wanted = {} %}
    {% if given is mapping %}
        {% do wanted.update(given) %}
    {% else %}
        {% for name in outhaul._names_list(given) %}
            {% do wanted.update({name: name}) %}
        {% endfor %}
    {% endif %}
    {% set same = [] %}
    {% for own_name, other_name in wanted.items() %}
        {% set own = outhaul._column(earlier.scope, own_name, path ~ '.same') %}
        {% set other = outhaul._column(later.scope, other_name, path ~ '.same') %}
        {% if own is not none and other is not none %}
            {% if outhaul._kinds_differ(own.kind, other.kind) %}
                {% do plan.problems.append(
                    path ~ ".same: '" ~ own.name ~ "' (" ~ own.type ~ ") and '" ~ other.name ~ "' (" ~ other.type
                    ~ ') are of different kinds'
                ) %}
            {% endif %}
            {% do same.append({'own': own.sql, 'other': other.sql}) %}
        {% endif %}
    {% endfor %}
    {{ return(same) }}
{% endmacro %}

{#- The rows of a step, with its key, its time in UTC, and what must be alike. -#}
{% macro _write_step(plan, step, same, is_by_day) %}
    {% set columns = [outhaul._cte_name(step.scope.name) ~ '.*'] %}
    {% for pair in step.pairs %}
        {% do columns.append(pair.related ~ ' as ' ~ outhaul._step_key(loop.index)) %}
    {% endfor %}
    {% set time = step.time.sql if is_by_day else outhaul._clock_in_utc(step.time) %}
    {% do columns.append(time ~ ' as ' ~ outhaul._step_time()) %}
    {% for sql in same %}
        {% do columns.append(sql ~ ' as ' ~ outhaul._step_same(loop.index)) %}
    {% endfor %}
    {% do outhaul._write_groups(plan, step.scope) %}
    {% do step.update({'name': outhaul._step_name(plan, 'step')}) %}
    {% do plan.ctes.append({
        'name': step.name,
        'body': '    select\n        ' ~ columns | join(',\n        ') ~ '\n'
            ~ outhaul._from_lines(step.scope) ~ outhaul._where_lines(step.conditions)
    }) %}
{% endmacro %}

{% macro _step_key(number) %}
    {{ return(outhaul.new_column_name(outhaul._numbered_name('stepkey', number))) }}
{% endmacro %}

{% macro _step_time() %}
    {{ return(outhaul.new_column_name(outhaul._numbered_name('steptime', 1))) }}
{% endmacro %}

{% macro _step_same(number) %}
    {{ return(outhaul.new_column_name(outhaul._numbered_name('stepsame', number))) }}
{% endmacro %}

{#- A time of any type as one without a zone, in UTC. -#}
{% macro _clock_in_utc(time) %}
    {% set has_zone = time.kind == 'timestamp with time zone' %}
    {{ return(
        'cast(' ~ (outhaul.in_zone(time.sql, time.type, 'UTC') if has_zone else time.sql) ~ ' as ' ~ outhaul.type_instant() ~ ')'
    ) }}
{% endmacro %}

{#- The keys that have such a pair of rows; with `is_absent`, the keys of earlier rows that no
later one followed, though its time is over. -#}
{% macro _sequence_body(plan, earlier, later, same_count, pair, days, is_by_day, is_absent) %}
    {% set type = 'date' if is_by_day else outhaul.type_instant() %}
    {% set columns, matched = [], [] %}
    {% for each in earlier.pairs %}
        {% do columns.append('earlier.' ~ outhaul._step_key(loop.index) ~ ' as ' ~ each.joined) %}
        {% do matched.append('later.' ~ outhaul._step_key(loop.index) ~ ' = earlier.' ~ outhaul._step_key(loop.index)) %}
    {% endfor %}
    {% do matched.append('later.' ~ outhaul._step_time() ~ ' > earlier.' ~ outhaul._step_time()) %}
    {% if days is not none %}
        {% do matched.append(
            'later.' ~ outhaul._step_time() ~ ' <= cast('
            ~ dbt.dateadd('day', days, 'earlier.' ~ outhaul._step_time()) | trim ~ ' as ' ~ type ~ ')'
        ) %}
    {% endif %}
    {% for number in range(1, same_count + 1) %}
        {% do matched.append('later.' ~ outhaul._step_same(number) ~ ' = earlier.' ~ outhaul._step_same(number)) %}
    {% endfor %}
    {% do matched.append('(' ~ pair ~ ')') if pair %}
    {% set conditions = ['later.' ~ outhaul._step_key(1) ~ ' is null'] if is_absent else [] %}
    {% if is_absent and days is not none %}
        {#- on days, more of the last one may come -#}
        {% do conditions.append(
            'earlier.' ~ outhaul._step_time() ~ (' < ' if is_by_day else ' <= ') ~ outhaul._moment(plan, type, days)
        ) %}
    {% endif %}
    {{ return(
        '    select distinct\n        ' ~ columns | join(',\n        ')
        ~ '\n    from ' ~ earlier.name ~ ' as earlier\n    ' ~ ('left' if is_absent else 'inner') ~ ' join '
        ~ later.name ~ ' as later\n        on ' ~ matched | join('\n        and ') ~ outhaul._where_lines(conditions)
    ) }}
{% endmacro %}
