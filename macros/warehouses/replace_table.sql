{#- Put a table with the rows of a query in the place of whatever has its name. -#}
{% macro replace_table(relation, query, statement_name, position_column=none) %}
    {{ return(adapter.dispatch('replace_table', 'outhaul')(relation, query, statement_name, position_column)) }}
{% endmacro %}

{% macro default__replace_table(relation, query, statement_name, position_column=none) %}
    {% set existing = load_cached_relation(relation) %}
    {% if existing is not none and existing.type != 'table' %}
        {% do adapter.drop_relation(existing) %}
    {% endif %}
    {% do outhaul._execute(
        'create or replace table ' ~ relation ~ ' as ' ~ query, statement_name
    ) %}
    {% do outhaul._notice(relation) if existing is none %}
{% endmacro %}

{#- A table that is replaced loses its grants there, unless they are copied. What can be
    computed again is transient by default, as dbt's own tables are; the state is not. -#}
{% macro snowflake__replace_table(relation, query, statement_name, position_column=none) %}
    {% set existing = load_cached_relation(relation) %}
    {% if existing is not none and existing.type != 'table' %}
        {% do adapter.drop_relation(existing) %}
    {% endif %}
    {% set is_transient = relation.identifier == this.identifier and config.get('transient', true) %}
    {% do outhaul._execute(
        'create or replace ' ~ ('transient ' if is_transient else '') ~ 'table ' ~ relation
        ~ ' copy grants as ' ~ query, statement_name
    ) %}
    {% do outhaul._notice(relation) if existing is none %}
{% endmacro %}

{#- No "create or replace table": build it beside the old one and swap, in the transaction. -#}
{% macro postgres__replace_table(relation, query, statement_name, position_column=none) %}
    {% set existing = load_cached_relation(relation) %}
    {% set beside = make_intermediate_relation(relation) %}
    {% do outhaul._execute('drop table if exists ' ~ beside) %}
    {% do outhaul._execute('create table ' ~ beside ~ ' as ' ~ query, statement_name) %}
    {% if existing is not none %}
        {% do adapter.drop_relation(existing) %}
    {% endif %}
    {% do adapter.rename_relation(beside, relation) %}
{% endmacro %}

{#- The same, in a transaction of its own: dbt's way to drop a table would commit halfway. -#}
{% macro redshift__replace_table(relation, query, statement_name, position_column=none) %}
    {% set existing = load_cached_relation(relation) %}
    {% set beside = make_intermediate_relation(relation) %}
    {% do outhaul._execute('drop table if exists ' ~ beside) %}
    {% do outhaul._execute('create table ' ~ beside ~ ' as ' ~ query, statement_name) %}
    {% do outhaul.end_transaction() %}
    {% if existing is not none %}
        {% do outhaul._execute(
            'drop ' ~ existing.type ~ ' if exists ' ~ relation
            ~ ('' if adapter.drop_without_cascade() else ' cascade')
        ) %}
    {% endif %}
    {% do outhaul._execute(
        'alter table ' ~ beside ~ ' rename to ' ~ outhaul.quoted(relation.identifier)
    ) %}
    {% do outhaul.end_transaction() %}
    {% do adapter.cache_added(relation) if existing is none %}
{% endmacro %}

{#- The format has to be named: that of the session may know no updates. -#}
{% macro spark__replace_table(relation, query, statement_name, position_column=none) %}
    {% set existing = load_cached_relation(relation) %}
    {% if existing is not none and existing.type != 'table' %}
        {% do adapter.drop_relation(existing) %}
    {% endif %}
    {% do outhaul._execute(outhaul._create_delta_table(relation, query), statement_name) %}
    {% do adapter.cache_added(relation) if existing is none %}
{% endmacro %}

{#- Ordered by position, so that a range is read without the rest, and with the options of the
    model, such as its key; but state must not expire. A table that was no diff has another
    order, and cannot be replaced. -#}
{% macro bigquery__replace_table(relation, query, statement_name, position_column=none) %}
    {% set existing = load_cached_relation(relation) %}
    {% if existing is not none and (
        existing.type != 'table' or (position_column is not none and position_column not in
            adapter.get_columns_in_relation(existing) | map(attribute='name') | list)
    ) %}
        {% do adapter.drop_relation(existing) %}
    {% endif %}
    {% set options = adapter.get_table_options(config, model, false) %}
    {% for option in ['expiration_timestamp', 'partition_expiration_days', 'require_partition_filter'] %}
        {% do options.pop(option, none) %}
    {% endfor %}
    {% do outhaul._execute(
        'create or replace table ' ~ relation
        ~ (' cluster by ' ~ position_column if position_column is not none else '')
        ~ ' ' ~ bigquery_options(options) ~ ' as ' ~ query, statement_name
    ) %}
    {% do adapter.cache_added(relation) if existing is none %}
{% endmacro %}
