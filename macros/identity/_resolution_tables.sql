{#- The work tables of a resolution. -#}

{#- Fill one with the rows of a query. joined_by: the columns that statements join it by. -#}
{% macro _make_table(run, name, query, joined_by) %}
    {% do run.tables.update({name: outhaul.work_relation(run.relation, name, run.marker)}) %}
    {% do outhaul._execute(outhaul.create_work_table(run.tables[name], query)) %}
    {% do outhaul.prepare_reading(run.tables[name], joined_by) %}
{% endmacro %}

{% macro _drop_tables(run, names) %}
    {% for name in names %}
        {% do outhaul._execute('drop table if exists ' ~ run.tables.pop(name)) %}
    {% endfor %}
{% endmacro %}

{% macro _count_rows(run, name) %}
    {{ return(outhaul._fetch('select count(*) from ' ~ run.tables[name])[0][0]) }}
{% endmacro %}
