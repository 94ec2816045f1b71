{#- Add columns, a mapping of name to type, to a table that another run may change at the same
    moment. -#}
{% macro add_columns(relation, columns) %}
    {{ return(adapter.dispatch('add_columns', 'outhaul')(relation, columns)) }}
{% endmacro %}

{% macro default__add_columns(relation, columns) %}
    {% for name, type in columns.items() %}
        {% do outhaul._execute(outhaul.one_at_a_time(
            'alter table ' ~ relation ~ ' add column if not exists ' ~ name ~ ' ' ~ type
        )) %}
    {% endfor %}
{% endmacro %}

{#- No "if not exists" there. -#}
{% macro redshift__add_columns(relation, columns) %}
    {% for name, type in columns.items() %}
        {% do outhaul._execute('alter table ' ~ relation ~ ' add column ' ~ name ~ ' ' ~ type) %}
    {% endfor %}
{% endmacro %}

{#- Nor there. -#}
{% macro spark__add_columns(relation, columns) %}
    {% set added = [] %}
    {% for name, type in columns.items() %}
        {% do added.append(name ~ ' ' ~ type) %}
    {% endfor %}
    {% do outhaul._execute('alter table ' ~ relation ~ ' add columns (' ~ added | join(', ') ~ ')') %}
{% endmacro %}
