{#- What a freshly filled table needs before it is joined or read by position. -#}
{% macro prepare_reading(relation, position_column=none) %}
    {{ return(adapter.dispatch('prepare_reading', 'outhaul')(relation, position_column)) }}
{% endmacro %}

{% macro default__prepare_reading(relation, position_column=none) %}
{% endmacro %}

{#- A new table has no statistics until autovacuum comes by, and the planner then guesses.
    A BRIN index costs nothing to build, since the rows lie in order of position. -#}
{% macro postgres__prepare_reading(relation, position_column=none) %}
    {% if position_column is not none %}
        {% do outhaul._execute(
            'create index on ' ~ relation ~ ' using brin (' ~ position_column
            ~ ') with (pages_per_range = 8)'
        ) %}
    {% endif %}
    {% do outhaul._execute('analyze ' ~ relation) %}
{% endmacro %}
