{#- Small SQL expressions that several steps share. Columns are {name, type}. -#}

{#- "left.key = right.key" over every column of the key. -#}
{% macro _keys_match(left, right, key) %}
    {% set parts = [] %}
    {% for name in key %}
        {% do parts.append(left ~ '.' ~ outhaul.quoted(name) ~ ' = ' ~ right ~ '.' ~ outhaul.quoted(name)) %}
    {% endfor %}
    {{ return(parts | join(' and ')) }}
{% endmacro %}

{#- "table.a, table.b" for a list of columns. -#}
{% macro _columns_list(columns, table=none, separator=', ') %}
    {% set parts = [] %}
    {% for column in columns %}
        {% do parts.append((table ~ '.' if table else '') ~ outhaul._written_column(column)) %}
    {% endfor %}
    {{ return(parts | join(separator)) }}
{% endmacro %}

{#- The same, a line each, for the list of a select. -#}
{% macro _column_lines(columns, table=none, indent=8) %}
    {{ return(outhaul._columns_list(columns, table, separator=',\n' ~ ' ' * indent)) }}
{% endmacro %}

{#- One of them: those of outhaul's own are written without quotes. -#}
{% macro _written_column(column) %}
    {{ return(column.name if column.name.startswith('_outhaul_') else outhaul.quoted(column.name)) }}
{% endmacro %}

{#- The same for the key, whose columns are plain names. -#}
{% macro _key_list(key, table=none) %}
    {% set parts = [] %}
    {% for name in key %}
        {% do parts.append((table ~ '.' if table else '') ~ outhaul.quoted(name)) %}
    {% endfor %}
    {{ return(parts | join(', ')) }}
{% endmacro %}

{#- The same in a form that windows can be partitioned by and ordered. -#}
{% macro _groupable_list(columns, table) %}
    {% set parts = [] %}
    {% for column in columns %}
        {% do parts.append(outhaul.groupable(table ~ '.' ~ outhaul.quoted(column.name), column.type)) %}
    {% endfor %}
    {{ return(parts | join(', ')) }}
{% endmacro %}

{#- Null-safe "this column differs between the two tables". -#}
{% macro _column_differs(left, right, column) %}
    {% set name = outhaul.quoted(column.name) %}
    {{ return(outhaul.is_distinct(
        outhaul.comparable(left ~ '.' ~ name, column.type),
        outhaul.comparable(right ~ '.' ~ name, column.type)
    )) }}
{% endmacro %}

{#- Null-safe "some column differs"; "1 = 0" for no columns. -#}
{% macro _content_differs(left, right, columns, indent=12) %}
    {% set parts = [] %}
    {% for column in columns %}
        {% do parts.append(outhaul._column_differs(left, right, column)) %}
    {% endfor %}
    {{ return('(' ~ parts | join('\n' ~ ' ' * indent ~ 'or ') ~ ')' if parts else '1 = 0') }}
{% endmacro %}

{#- "some column of the key is null". -#}
{% macro _key_is_null(table, key) %}
    {% set parts = [] %}
    {% for name in key %}
        {% do parts.append(table ~ '.' ~ outhaul.quoted(name) ~ ' is null') %}
    {% endfor %}
    {{ return('(' ~ parts | join(' or ') ~ ')') }}
{% endmacro %}

{#- The identity as the dispatcher compares it: text without outer spaces and A to Z. -#}
{% macro _folded_identity(diff, table) %}
    {% set identity = table ~ '.' ~ outhaul.quoted(diff.identity) %}
    {% if not diff.identity_is_text %}
        {{ return(identity) }}
    {% endif %}
    {{ return(outhaul.folded('cast(' ~ identity ~ ' as ' ~ outhaul.type_text() ~ ')')) }}
{% endmacro %}

{#- The folded identity where it is usable; null where it is empty. -#}
{% macro _usable_identity(diff, table) %}
    {% set identity = outhaul._folded_identity(diff, table) %}
    {{ return('nullif(' ~ identity ~ ", '')" if diff.identity_is_text else identity) }}
{% endmacro %}

{#- Its column in queries of ours. -#}
{% macro _identity_column(diff) %}
    {% set type = outhaul.type_text() if diff.identity_is_text else outhaul._column_of(diff, diff.identity).type %}
    {{ return({'name': '_outhaul_identity', 'type': type}) }}
{% endmacro %}

{#- A column of the select, as {name, type}, by its name. -#}
{% macro _column_of(diff, name) %}
    {{ return(diff.columns | selectattr('name', 'equalto', name) | first) }}
{% endmacro %}

{#- The columns of the key, as {name, type}. -#}
{% macro _columns_of_key(diff) %}
    {% set columns = [] %}
    {% for name in diff.key %}
        {% do columns.append(outhaul._column_of(diff, name)) %}
    {% endfor %}
    {{ return(columns) }}
{% endmacro %}

{#- The names in the list that are columns of outhaul's own. -#}
{% macro _without_own(columns) %}
    {% set kept = [] %}
    {% for column in columns %}
        {% if not column.name.lower().startswith('_outhaul_') %}
            {% do kept.append(column) %}
        {% endif %}
    {% endfor %}
    {{ return(kept) }}
{% endmacro %}
