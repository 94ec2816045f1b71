{#- The operators of a condition on a column: for which kinds of columns, and with what operand.

A missing value (null) fulfils is_null, is_empty and the negative operators, and no other.
`columns` can be compared with another column, `case` can be ignored. -#}
{% macro _operators() %}
    {% set numbers = ['number'] %}
    {% set times = ['date', 'timestamp', 'timestamp with time zone'] %}
    {% set plain = ['number', 'text', 'boolean', 'other'] + times %}
    {% set text = {'kinds': ['text'], 'operand': 'text', 'case': true} %}
    {% set operators = {
        'equals': {'kinds': plain, 'operand': 'value', 'sign': '=', 'columns': true, 'case': true},
        'not_equals': {'kinds': plain, 'operand': 'value', 'sign': '<>', 'columns': true, 'case': true},
        'in': {'kinds': plain, 'operand': 'list', 'case': true},
        'not_in': {'kinds': plain, 'operand': 'list', 'case': true},
        'greater_than': {'kinds': numbers + times, 'operand': 'value', 'sign': '>', 'columns': true},
        'at_least': {'kinds': numbers + times, 'operand': 'value', 'sign': '>=', 'columns': true},
        'less_than': {'kinds': numbers + times, 'operand': 'value', 'sign': '<', 'columns': true},
        'at_most': {'kinds': numbers + times, 'operand': 'value', 'sign': '<=', 'columns': true},
        'between': {'kinds': numbers + times, 'operand': 'pair'},
        'contains': text, 'not_contains': text,
        'starts_with': text, 'not_starts_with': text,
        'ends_with': text, 'not_ends_with': text,
        'matches': text, 'not_matches': text,
        'is_empty': {'kinds': ['text'], 'operand': 'flag'},
        'is_not_empty': {'kinds': ['text'], 'operand': 'flag'},
        'is_null': {'kinds': plain, 'operand': 'flag'},
        'is_not_null': {'kinds': plain, 'operand': 'flag'},
        'before': {'kinds': times, 'operand': 'time', 'sign': '<', 'columns': true},
        'after': {'kinds': times, 'operand': 'time', 'sign': '>', 'columns': true},
        'is_true': {'kinds': ['boolean'], 'operand': 'flag'},
        'is_false': {'kinds': ['boolean'], 'operand': 'flag'},
    } %}
    {% for name in outhaul._window_operators() %}
        {% do operators.update({name: {'kinds': times, 'operand': 'window'}}) %}
    {% endfor %}
    {{ return(operators) }}
{% endmacro %}

{#- A condition on one column: {'column': …, <operator>: <operand>}, with 'ignore_case': true. -#}
{% macro _column_condition(condition, path, scope) %}
    {% set plan = scope.plan %}
    {% set operators = outhaul._operators() %}
    {% set given = condition.keys() | reject('in', ['column', 'ignore_case']) | list %}
    {% set column = outhaul._column(scope, condition.column, path) %}
    {% if given | length != 1 %}
        {% do plan.problems.append(
            path ~ ": the condition on '" ~ condition.column ~ "' needs one operator"
            ~ (', not ' ~ given | join(', ') if given else '') ~ ' (there are ' ~ operators.keys() | join(', ') ~ ')'
        ) %}
        {{ return('null') }}
    {% endif %}
    {% set name = given[0] %}
    {% set operator = operators.get(name) %}
    {% if operator is none %}
        {% do plan.problems.append(
            path ~ ": '" ~ name ~ "' is no operator" ~ outhaul._did_you_mean(name, operators.keys() | list)
            ~ ' (there are ' ~ operators.keys() | join(', ') ~ ')'
        ) %}
        {{ return('null') }}
    {% elif column is none %}
        {{ return('null') }}
    {% elif column.kind is not none and column.kind not in operator.kinds %}
        {% do plan.problems.append(
            path ~ ": '" ~ name ~ "' does not apply to the column '" ~ column.name ~ "' (" ~ column.type
            ~ '), only to ' ~ operator.kinds | join(', ')
        ) %}
        {{ return('null') }}
    {% endif %}
    {% do outhaul._check_case(plan, condition, name, operator, column, path) %}
    {% set operand = condition[name] %}
    {% set inner = path ~ '.' ~ name %}
    {% if operator.operand == 'list' and (outhaul._is_relation(operand) or operand is mapping) %}
        {{ return(outhaul._in_model(name, column, operand, inner, scope)) }}
    {% elif operator.columns and operand is mapping %}
        {{ return(outhaul._beside_column(operator, column, operand, inner, scope)) }}
    {% elif condition.ignore_case and operator.operand in ['value', 'list'] %}
        {% set column = dict(column, sql='lower(' ~ column.sql ~ ')', ignores_case=true) %}
    {% endif %}
    {{ return(outhaul._operation(plan, name, operator, column, operand, inner, condition.ignore_case)) }}
{% endmacro %}

{#- Problems where 'ignore_case' is no flag, or says nothing to the operator. -#}
{% macro _check_case(plan, condition, name, operator, column, path) %}
    {% if 'ignore_case' in condition %}
        {% if condition.ignore_case is not boolean %}
            {% do plan.problems.append(path ~ '.ignore_case: wants true or false, not ' ~ outhaul._shown(condition.ignore_case)) %}
        {% elif not operator.case or column.kind not in [none, 'text'] %}
            {% do plan.problems.append(path ~ ".ignore_case: '" ~ name ~ "' of '" ~ column.name ~ "' knows no case") %}
        {% endif %}
    {% endif %}
{% endmacro %}

{#- "the value is in a column of another model": a model with a column of that name, or
{'model': ref('…'), 'column': '…'}. -#}
{% macro _in_model(name, column, operand, path, scope) %}
    {% set is_bare = outhaul._is_relation(operand) %}
    {% do outhaul._check_keys(scope.plan, operand, ['model', 'column'], path) if not is_bare %}
    {% set membership = {
        'in_segment': operand if is_bare else operand.get('model'),
        'by': {column.name: column.name if is_bare else operand.get('column', column.name)},
    } %}
    {% set group = outhaul._group(scope, membership.in_segment, membership.by, path, 'membership') %}
    {% if group is none %}
        {{ return('null') }}
    {% endif %}
    {{ return(
        outhaul._cte_name(group.name) ~ '.' ~ group.pairs[0].joined ~ (' is not null' if name == 'in' else ' is null')
    ) }}
{% endmacro %}

{#- A column beside another one of the same row: {'column': '…'}. Dates and times are
compared by day. -#}
{% macro _beside_column(operator, column, operand, path, scope) %}
    {% do outhaul._check_keys(scope.plan, operand, ['column'], path) %}
    {% set other = outhaul._column(scope, operand.get('column'), path) %}
    {% if other is none %}
        {{ return('null') }}
    {% elif outhaul._kinds_differ(column.kind, other.kind) %}
        {% do scope.plan.problems.append(
            path ~ ": '" ~ column.name ~ "' (" ~ column.type ~ ") and '" ~ other.name ~ "' (" ~ other.type
            ~ ') are of different kinds'
        ) %}
    {% endif %}
    {% set left, right = column.sql, other.sql %}
    {% if column.kind != other.kind and column.kind is not none and other.kind is not none %}
        {% set left, right = outhaul._day_of(scope.plan, column), outhaul._day_of(scope.plan, other) %}
    {% endif %}
    {% set compared = left ~ ' ' ~ operator.sign ~ ' ' ~ right %}
    {% if operator.sign == '<>' %}
        {{ return('(' ~ compared ~ ' or ' ~ left ~ ' is null or ' ~ right ~ ' is null)') }}
    {% endif %}
    {{ return(compared) }}
{% endmacro %}

{#- The SQL of one operator, its operand checked. -#}
{% macro _operation(plan, name, operator, column, operand, path, ignore_case=false) %}
    {% set sql = column.sql %}
    {% if not outhaul._operand_fits(plan, operator.operand, operand, column, path) %}
        {{ return('null') }}
    {% elif name == 'is_null' or name == 'is_not_null' %}
        {{ return(sql ~ ' ' ~ name | replace('_', ' ')) }}
    {% elif name == 'is_true' %}
        {{ return(sql) }}
    {% elif name == 'is_false' %}
        {{ return('not ' ~ sql) }}
    {% elif name in ['is_empty', 'is_not_empty'] %}
        {{ return('coalesce(' ~ outhaul.trimmed(sql) ~ ", '') " ~ ('=' if name == 'is_empty' else '<>') ~ " ''") }}
    {% elif operator.operand == 'text' %}
        {{ return(outhaul._text_condition(name, sql, operand, ignore_case)) }}
    {% elif operator.operand == 'window' %}
        {{ return(outhaul._window(plan, name, column, operand, path)) }}
    {% elif operator.operand in ['list', 'pair'] %}
        {% set values = [] %}
        {% for value in operand %}
            {% do values.append(outhaul._value(plan, value, column, path ~ '[' ~ loop.index0 ~ ']')) %}
        {% endfor %}
        {% if name == 'between' and column.kind not in ['number', 'date']
            and outhaul._is_date(operand[0] | string) and outhaul._is_date(operand[1] | string) %}
            {{ return(outhaul._in_days(plan, outhaul._as_time(column), operand[0] | string, operand[1] | string)) }}
        {% elif name == 'between' %}
            {{ return('(' ~ sql ~ ' between ' ~ values | join(' and ') ~ ')') }}
        {% elif name == 'in' %}
            {{ return(sql ~ ' in (' ~ values | join(', ') ~ ')') }}
        {% endif %}
        {{ return('(' ~ sql ~ ' not in (' ~ values | join(', ') ~ ') or ' ~ sql ~ ' is null)') }}
    {% endif %}
    {% set value = outhaul._value(
        plan, operand, outhaul._as_time(column) if operator.operand == 'time' else column, path
    ) %}
    {% if name == 'not_equals' %}
        {{ return('(' ~ sql ~ ' <> ' ~ value ~ ' or ' ~ sql ~ ' is null)') }}
    {% endif %}
    {{ return(sql ~ ' ' ~ operator.sign ~ ' ' ~ value) }}
{% endmacro %}

{#- Whether an operand has the shape that its operator wants; a problem where it has not. -#}
{% macro _operand_fits(plan, shape, operand, column, path) %}
    {% set is_list = operand is iterable and operand is not string and operand is not mapping %}
    {% set wanted = none %}
    {% if shape == 'list' and (not is_list or operand | length == 0) %}
        {% set wanted = 'a list of one or more values' %}
    {% elif shape == 'pair' and (not is_list or operand | length != 2) %}
        {% set wanted = 'a list of the lowest and the highest value' %}
    {% elif shape == 'flag' and (operand is not boolean or not operand) %}
        {% set wanted = 'true' %}
    {% elif shape == 'text' and (
        not operand or not (operand is string or is_list) or (is_list and operand | reject('string') | list)
        or (is_list and '' in operand)
    ) %}
        {% set wanted = 'a text that is not empty, or a list of such' %}
    {% elif shape == 'pair' and operand[0] is number and operand[1] is number and operand[0] > operand[1] %}
        {% set wanted = 'the lowest value before the highest' %}
    {% elif shape == 'pair' and operand[0] | string > operand[1] | string
        and outhaul._is_instant(operand[0] | string) and outhaul._is_instant(operand[1] | string) %}
        {% set wanted = 'the earliest time before the latest' %}
    {% endif %}
    {% if wanted is not none %}
        {% do plan.problems.append(path ~ ": the column '" ~ column.name ~ "' is compared with " ~ outhaul._shown(operand)
            ~ ', but wanted is ' ~ wanted) %}
    {% endif %}
    {{ return(wanted is none) }}
{% endmacro %}

{#- A column of an unknown type, taken for a time. -#}
{% macro _as_time(column) %}
    {% if column.kind is not none %}
        {{ return(column) }}
    {% endif %}
    {{ return({'name': column.name, 'sql': column.sql, 'type': dbt.type_timestamp(), 'kind': 'timestamp'}) }}
{% endmacro %}

{#- One of several texts in a column, or none of them; a missing value has none. -#}
{% macro _text_condition(name, sql, operand, ignore_case) %}
    {% set search = name | replace('not_', '') %}
    {% set parts = [] %}
    {% for text in ([operand] if operand is string else operand) %}
        {% if search == 'matches' %}
            {% do parts.append(outhaul.matches_pattern(sql, text, ignore_case or false)) %}
        {% else %}
            {% do parts.append(outhaul._text_search(search, sql, text, ignore_case)) %}
        {% endif %}
    {% endfor %}
    {% set found = parts | join(' or ') %}
    {% if name != search %}
        {{ return('not coalesce(' ~ found ~ ', false)') }}
    {% endif %}
    {{ return(found if parts | length == 1 else '(' ~ found ~ ')') }}
{% endmacro %}

{#- Searching without patterns, so that % and _ in the text are plain characters. -#}
{% macro _text_search(name, sql, text, ignore_case) %}
    {% set literal = outhaul.literal(text) %}
    {% if ignore_case %}
        {% set sql, literal = 'lower(' ~ sql ~ ')', 'lower(' ~ literal ~ ')' %}
    {% endif %}
    {% if name == 'contains' %}
        {#- dbt's macro breaks the lines, which the text itself must keep. -#}
        {% set found = modules.re.sub('\\s+', ' ', dbt.position('<text>', '<column>') | trim) %}
        {{ return(found | replace('<column>', sql) | replace('<text>', literal) ~ ' > 0') }}
    {% endif %}
    {% set end = 'left' if name == 'starts_with' else 'right' %}
    {{ return(end ~ '(' ~ sql ~ ', ' ~ text | length ~ ') = ' ~ literal) }}
{% endmacro %}
