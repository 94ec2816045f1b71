{#- End the transaction of a build: where it is done, and where a longer one would get in the
    way of others. -#}
{% macro end_transaction(is_done=false) %}
    {{ return(adapter.dispatch('end_transaction', 'outhaul')(is_done)) }}
{% endmacro %}

{#- A build is one transaction, or the warehouse has none. -#}
{% macro default__end_transaction(is_done) %}
    {% do adapter.commit() if is_done %}
{% endmacro %}

{#- Locks whole tables until a transaction ends, so one that writes the ledger has to be
    short. It also reads what was there when the transaction began, and fails where that
    has changed: a statement that writes the ledger has to be the first one. -#}
{% macro redshift__end_transaction(is_done) %}
    {#- dbt refuses to commit where no statement has begun a transaction -#}
    {% do outhaul._execute('select 1 as transaction_ends') %}
    {% do adapter.commit() %}
{% endmacro %}
