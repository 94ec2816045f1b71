{#- Run one statement that writes, inside the transaction of the node. -#}
{% macro _execute(sql, statement_name='outhaul_write') %}
    {% call statement(statement_name) %}{{ sql }}{% endcall %}
{% endmacro %}

{#- Run one query and return its rows as a list of lists. -#}
{% macro _fetch(sql) %}
    {% call statement('outhaul_read', fetch_result=True) %}{{ sql }}{% endcall %}
    {{ return(load_result('outhaul_read')['data']) }}
{% endmacro %}

{#- Tell dbt's cache of a table that it did not make; a name without quotes has no case. -#}
{% macro _notice(relation) %}
    {% do adapter.cache_added(relation.incorporate(dbt_created=true)) %}
{% endmacro %}
