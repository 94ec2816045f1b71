{#- The operators of a condition on a column: for which kinds of columns, and with what operand.

A missing value (null) fulfils is_null and the negative operators, and no other. -#}
{% macro _operators() %}
    {% set numbers = ['number'] %}
    {% set times = ['date', 'timestamp', 'timestamp with time zone'] %}
    {% set plain = ['number', 'text', 'boolean', 'other'] + times %}
    {% set operators = {
        'equals': {'kinds': plain, 'operand': 'value'},
        'not_equals': {'kinds': plain, 'operand': 'value'},
        'in': {'kinds': plain, 'operand': 'list'},
        'not_in': {'kinds': plain, 'operand': 'list'},
        'greater_than': {'kinds': numbers + times, 'operand': 'value', 'sign': '>'},
        'at_least': {'kinds': numbers + times, 'operand': 'value', 'sign': '>='},
        'less_than': {'kinds': numbers + times, 'operand': 'value', 'sign': '<'},
        'at_most': {'kinds': numbers + times, 'operand': 'value', 'sign': '<='},
        'between': {'kinds': numbers + times, 'operand': 'pair'},
        'contains': {'kinds': ['text'], 'operand': 'text'},
        'starts_with': {'kinds': ['text'], 'operand': 'text'},
        'ends_with': {'kinds': ['text'], 'operand': 'text'},
        'is_null': {'kinds': plain, 'operand': 'flag'},
        'is_not_null': {'kinds': plain, 'operand': 'flag'},
        'before': {'kinds': times, 'operand': 'time', 'sign': '<'},
        'after': {'kinds': times, 'operand': 'time', 'sign': '>'},
        'is_true': {'kinds': ['boolean'], 'operand': 'flag'},
        'is_false': {'kinds': ['boolean'], 'operand': 'flag'},
    } %}
    {% for name in outhaul._window_operators() %}
        {% do operators.update({name: {'kinds': times, 'operand': 'window'}}) %}
    {% endfor %}
    {{ return(operators) }}
{% endmacro %}

{#- A condition on one column: {'column': …, <operator>: <operand>}. -#}
{% macro _column_condition(condition, path, scope) %}
    {% set plan = scope.plan %}
    {% set operators = outhaul._operators() %}
    {% set given = condition.keys() | reject('equalto', 'column') | list %}
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
    {{ return(outhaul._operation(plan, name, operator, column, condition[name], path ~ '.' ~ name)) }}
{% endmacro %}

{#- The SQL of one operator, its operand checked. -#}
{% macro _operation(plan, name, operator, column, operand, path) %}
    {% set sql = column.sql %}
    {% if not outhaul._operand_fits(plan, operator.operand, operand, column, path) %}
        {{ return('null') }}
    {% elif name == 'is_null' or name == 'is_not_null' %}
        {{ return(sql ~ ' ' ~ name | replace('_', ' ')) }}
    {% elif name == 'is_true' %}
        {{ return(sql) }}
    {% elif name == 'is_false' %}
        {{ return('not ' ~ sql) }}
    {% elif operator.operand == 'text' %}
        {{ return(outhaul._text_search(name, sql, operand)) }}
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
    {% if name == 'equals' %}
        {{ return(sql ~ ' = ' ~ value) }}
    {% elif name == 'not_equals' %}
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
    {% elif shape == 'text' and (operand is not string or operand == '') %}
        {% set wanted = 'a text that is not empty' %}
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

{#- Searching without patterns, so that % and _ in the text are plain characters. -#}
{% macro _text_search(name, sql, text) %}
    {% set literal = outhaul.literal(text) %}
    {% if name == 'contains' %}
        {#- dbt's macro breaks the lines, which the text itself must keep. -#}
        {% set found = modules.re.sub('\\s+', ' ', dbt.position('<text>', '<column>') | trim) %}
        {{ return(found | replace('<column>', sql) | replace('<text>', literal) ~ ' > 0') }}
    {% endif %}
    {% set end = 'left' if name == 'starts_with' else 'right' %}
    {{ return(end ~ '(' ~ sql ~ ', ' ~ text | length ~ ') = ' ~ literal) }}
{% endmacro %}
