{#- A statement that changes a row of a table whose other rows other builds and syncs change. -#}
{% macro contended(statement) %}
    {{ return(adapter.dispatch('contended', 'outhaul')(statement)) }}
{% endmacro %}

{% macro default__contended(statement) %}
    {{ return(statement) }}
{% endmacro %}

{#- Statements on different rows of a table conflict there, and the one that loses has changed
    nothing. Each loss is another's success, so a few attempts do. -#}
{% macro bigquery__contended(statement) %}
    {{ return(
        'begin declare losses int64 default 0; loop begin ' ~ statement ~ '; break; exception when error then'
        ~ ' set losses = losses + 1; if losses > 5 or not regexp_contains(@@error.message, '
        ~ outhaul.literal('serialize access|concurrent update|DML statements outstanding')
        ~ ') then raise; end if; end; end loop; end'
    ) }}
{% endmacro %}
