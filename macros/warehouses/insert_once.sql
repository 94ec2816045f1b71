{#- An insertion of a row that another build may insert at the same moment.

values: a mapping of column to expression; the first column tells rows apart. -#}
{% macro insert_once(relation, values) %}
    {{ return(adapter.dispatch('insert_once', 'outhaul')(relation, values)) }}
{% endmacro %}

{% macro default__insert_once(relation, values) %}
    {% set key, value = values.items() | first %}
    {% set named = [] %}
    {% for column, expression in values.items() %}
        {% do named.append(expression ~ ' as ' ~ column) %}
    {% endfor %}
    {{ return(
        'insert into ' ~ relation ~ ' (' ~ values.keys() | join(', ') ~ ') select '
        ~ named | join(', ') ~ ' where not exists (select 1 from ' ~ relation
        ~ ' where ' ~ key ~ ' = ' ~ value ~ ')'
    ) }}
{% endmacro %}

{#- Waits for the other transaction, and then the primary key would refuse the row. -#}
{% macro postgres__insert_once(relation, values) %}
    {{ return(outhaul.default__insert_once(relation, values) ~ ' on conflict do nothing') }}
{% endmacro %}

{#- Insertions do not wait for each other there, and a primary key is not enforced; merges wait. -#}
{% macro snowflake__insert_once(relation, values) %}
    {% set key, value = values.items() | first %}
    {{ return(
        'merge into ' ~ relation ~ ' as existing using (select ' ~ value ~ ' as ' ~ key
        ~ ') as wanted on existing.' ~ key ~ ' = wanted.' ~ key ~ ' when not matched then insert ('
        ~ values.keys() | join(', ') ~ ') values (' ~ values.values() | join(', ') ~ ')'
    ) }}
{% endmacro %}

{#- Keys are not enforced there. But whoever writes a table waits for the others, and a
    transaction that begins with the statement sees what they wrote. -#}
{% macro redshift__insert_once(relation, values) %}
    {{ return(outhaul.default__insert_once(relation, values)) }}
{% endmacro %}

{#- Two insertions never disturb each other there; of two merges one sees what the other did. -#}
{% macro bigquery__insert_once(relation, values) %}
    {% set key = values.keys() | first %}
    {{ return(
        'merge into ' ~ relation ~ ' as present using (select ' ~ values[key] ~ ' as wanted) as wanted on present.'
        ~ key ~ ' = wanted.wanted when not matched then insert (' ~ values.keys() | join(', ')
        ~ ') values (' ~ values.values() | join(', ') ~ ')'
    ) }}
{% endmacro %}
