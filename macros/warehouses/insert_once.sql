{#- The statement that adds a row unless there is one with this value in its first column, where
    another build may do the same at the same moment. `values`: column to its SQL. -#}
{% macro insert_once(relation, values) %}
    {{ return(adapter.dispatch('insert_once', 'outhaul')(relation, values)) }}
{% endmacro %}

{% macro default__insert_once(relation, values) %}
    {% set key = values.keys() | first %}
    {{ return(
        'insert into ' ~ relation ~ ' (' ~ values.keys() | join(', ') ~ ') select ' ~ values.values() | join(', ')
        ~ ' where not exists (select 1 from ' ~ relation ~ ' where ' ~ key ~ ' = ' ~ values[key] ~ ')'
    ) }}
{% endmacro %}

{#- Waits for the other transaction, and then the primary key would refuse the row. -#}
{% macro postgres__insert_once(relation, values) %}
    {{ return(outhaul.default__insert_once(relation, values) ~ ' on conflict do nothing') }}
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
