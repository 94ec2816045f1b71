{#- What a freshly filled table needs before it is joined or read by position.

joined_by: the names of the columns that statements of ours join the table by. -#}
{% macro prepare_reading(relation, joined_by, position_column=none) %}
    {{ return(adapter.dispatch('prepare_reading', 'outhaul')(relation, joined_by, position_column)) }}
{% endmacro %}

{% macro default__prepare_reading(relation, joined_by, position_column=none) %}
{% endmacro %}

{#- A new table has no statistics until autovacuum comes by, and the planner then guesses.
    Those of a few columns take a third of the time of all.
    A BRIN index costs nothing to build, since the rows lie in order of position. -#}
{% macro postgres__prepare_reading(relation, joined_by, position_column=none) %}
    {% set columns = [position_column] if position_column is not none else [] %}
    {% if position_column is not none %}
        {% do outhaul._execute(
            'create index on ' ~ relation ~ ' using brin (' ~ position_column
            ~ ') with (pages_per_range = 8)'
        ) %}
    {% endif %}
    {% do outhaul._execute(
        'analyze ' ~ relation ~ ' (' ~ outhaul._key_list((columns + joined_by) | unique) ~ ')'
    ) %}
{% endmacro %}

{#- No indexes, and "create table as" leaves statistics behind. -#}
{% macro redshift__prepare_reading(relation, joined_by, position_column=none) %}
{% endmacro %}
