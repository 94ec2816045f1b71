{#- The tables in which the steps of one build keep rows for the next step. -#}

{#- Name them. marker: what no other build uses that may be under way. -#}
{% macro _name_work_tables(diff, marker) %}
    {% for name in ['work', 'retyped', 'suspects', 'changes', 'refused', 'suppressed'] %}
        {% do diff.update({name: outhaul.work_relation(diff.relation, name, marker)}) %}
    {% endfor %}
    {% do diff.update({'work_tables': []}) %}
{% endmacro %}

{#- Fill one of them with the rows of a query. -#}
{% macro _fill_work_table(diff, name, query) %}
    {% do diff.work_tables.append(diff[name]) if diff[name] not in diff.work_tables %}
    {% do outhaul._execute(outhaul.create_work_table(diff[name], query)) %}
{% endmacro %}

{#- Drop those that were filled, where they would stay. -#}
{% macro _drop_work_tables(diff) %}
    {% do outhaul.drop_tables(diff.work_tables) if outhaul.keeps_work_tables() and diff.work_tables %}
{% endmacro %}
