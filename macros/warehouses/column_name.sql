{#- A column name for SQL that people read: quoted only where it has to be. -#}
{% macro column_name(name) %}
    {{ return(adapter.dispatch('column_name', 'outhaul')(name)) }}
{% endmacro %}

{% macro default__column_name(name) %}
    {% if modules.re.match('^[a-z_][a-z0-9_]*$', name) and name not in outhaul._reserved_words() %}
        {{ return(name) }}
    {% endif %}
    {{ return(outhaul.quoted(name)) }}
{% endmacro %}

{#- Names without quotes are stored in upper case there. -#}
{% macro snowflake__column_name(name) %}
    {% if modules.re.match('^[A-Z_][A-Z0-9_]*$', name) and name | lower not in outhaul._reserved_words() %}
        {{ return(name | lower) }}
    {% endif %}
    {{ return(outhaul.quoted(name)) }}
{% endmacro %}

{#- The name of a column that does not exist yet: as the user wrote it, in the case of the warehouse. -#}
{% macro new_column_name(name) %}
    {{ return(adapter.dispatch('new_column_name', 'outhaul')(name)) }}
{% endmacro %}

{% macro default__new_column_name(name) %}
    {{ return(outhaul.column_name(name)) }}
{% endmacro %}

{% macro snowflake__new_column_name(name) %}
    {{ return(outhaul.column_name(name | upper if name == name | lower else name)) }}
{% endmacro %}

{#- Words of SQL that people use as names of columns and of models. -#}
{% macro _reserved_words() %}
    {{ return([
        'all', 'and', 'any', 'array', 'as', 'asc', 'at', 'between', 'both', 'by', 'case', 'cast',
        'check', 'collate', 'column', 'constraint', 'contains', 'create', 'cross', 'cube',
        'current', 'current_date', 'current_time', 'current_timestamp', 'current_user', 'default',
        'desc', 'distinct', 'else', 'end', 'enum', 'escape', 'except', 'exclude', 'exists',
        'extract', 'false', 'fetch', 'following', 'for', 'foreign', 'from', 'full', 'grant',
        'group', 'grouping', 'groups', 'hash', 'having', 'ignore', 'in', 'inner', 'intersect',
        'interval', 'into', 'is', 'join', 'lateral', 'left', 'like', 'limit', 'lookup', 'merge',
        'natural', 'new', 'no', 'not', 'null', 'nulls', 'of', 'offset', 'on', 'or', 'order',
        'outer', 'over', 'partition', 'preceding', 'primary', 'proto', 'qualify', 'range',
        'recursive', 'references', 'respect', 'right', 'rollup', 'row', 'rows', 'sample', 'select',
        'set', 'some', 'start', 'struct', 'table', 'tablesample', 'then', 'to', 'treat', 'trigger',
        'true', 'unbounded', 'union', 'unique', 'unnest', 'update', 'user', 'using', 'values',
        'view', 'when', 'where', 'window', 'with', 'within',
    ]) }}
{% endmacro %}
