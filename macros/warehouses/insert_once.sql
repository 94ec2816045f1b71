{#- An insertion of a row that another build may insert at the same moment. -#}
{% macro insert_once(statement) %}
    {{ return(adapter.dispatch('insert_once', 'outhaul')(statement)) }}
{% endmacro %}

{% macro default__insert_once(statement) %}
    {{ return(statement) }}
{% endmacro %}

{#- Waits for the other transaction, and then the primary key would refuse the row. -#}
{% macro postgres__insert_once(statement) %}
    {{ return(statement ~ ' on conflict do nothing') }}
{% endmacro %}

{#- Keys are not enforced there. But whoever writes a table waits for the others, and a
    transaction that begins with the statement sees what they wrote. -#}
{% macro redshift__insert_once(statement) %}
    {{ return(statement) }}
{% endmacro %}
