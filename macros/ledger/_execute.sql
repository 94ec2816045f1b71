{#- Run one statement that writes, inside the transaction of the node. -#}
{% macro _execute(sql, statement_name='outhaul_write') %}
    {% call statement(statement_name) %}{{ sql }}{% endcall %}
{% endmacro %}

{#- Run one query and return its rows as a list of lists. -#}
{% macro _fetch(sql) %}
    {% call statement('outhaul_read', fetch_result=True) %}{{ sql }}{% endcall %}
    {{ return(load_result('outhaul_read')['data']) }}
{% endmacro %}
