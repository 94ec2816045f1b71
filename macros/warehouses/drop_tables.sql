{#- Drop tables that may be gone already. -#}
{% macro drop_tables(relations) %}
    {{ return(adapter.dispatch('drop_tables', 'outhaul')(relations)) }}
{% endmacro %}

{% macro default__drop_tables(relations) %}
    {% for relation in relations %}
        {% do outhaul._execute('drop table if exists ' ~ relation) %}
    {% endfor %}
{% endmacro %}

{#- One script there, which takes the time of one statement. -#}
{% macro bigquery__drop_tables(relations) %}
    {% set drops = [] %}
    {% for relation in relations %}
        {% do drops.append('drop table if exists ' ~ relation) %}
    {% endfor %}
    {% do outhaul._execute(drops | join(';\n')) %}
{% endmacro %}
