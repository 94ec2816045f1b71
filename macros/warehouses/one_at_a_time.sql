{#- A statement that makes a part of the ledger, which other runs may make at the same moment.

Schedulers run each model in a run of its own, and the first of them all find no ledger. -#}
{% macro one_at_a_time(statement) %}
    {{ return(adapter.dispatch('one_at_a_time', 'outhaul')(statement)) }}
{% endmacro %}

{#- What says `if not exists` or `or replace` waits for the other there. -#}
{% macro default__one_at_a_time(statement) %}
    {{ return(statement) }}
{% endmacro %}

{#- `if not exists` looks before it waits there, and then fails by a key of the catalog. So all
    wait for one lock of the database first, whose number spells "outh", until the
    transaction ends; within one statement, since a driver may end it with each. The block is
    a literal, since dbt 2 takes a semicolon between dollars for the end of a statement. -#}
{% macro postgres__one_at_a_time(statement) %}
    {{ return('do ' ~ outhaul.literal(
        'begin perform pg_advisory_xact_lock(1870099560); ' ~ statement ~ '; end'
    )) }}
{% endmacro %}

{#- It has no such locks. -#}
{% macro redshift__one_at_a_time(statement) %}
    {{ return(outhaul.default__one_at_a_time(statement)) }}
{% endmacro %}

{#- Create the schema of the ledger, where it may be missing.

place: a relation in it. -#}
{% macro create_ledger_schema(place) %}
    {{ return(adapter.dispatch('create_ledger_schema', 'outhaul')(place)) }}
{% endmacro %}

{% macro default__create_ledger_schema(place) %}
    {% do adapter.create_schema(place) %}
{% endmacro %}

{% macro postgres__create_ledger_schema(place) %}
    {% set schema = place.without_identifier().include(database=false) %}
    {% do outhaul._execute(outhaul.one_at_a_time('create schema if not exists ' ~ schema)) %}
{% endmacro %}

{% macro redshift__create_ledger_schema(place) %}
    {% do outhaul.default__create_ledger_schema(place) %}
{% endmacro %}
