{#- Create what is missing of the ledger; the package's on-run-start hook.

It runs before any model and on one thread; other runs may do the same at the same moment.
Projects without a diff get no ledger. -#}
{% macro create_ledger() %}
    {% if not execute %}
        {{ return('') }}
    {% elif not outhaul._diff_nodes() %}
        {#- the last diff may have been deleted -#}
        {% do outhaul._mark_orphans() if outhaul._is_in_ledger('outhaul_activations') %}
        {{ return('') }}
    {% endif %}
    {% do outhaul._check_names() %}
    {% set views = outhaul.ledger_views() %}
    {% set missing = [] %}
    {% for name in outhaul.ledger_tables().keys() | list + views.keys() | list %}
        {% do missing.append(name) if not outhaul._is_in_ledger(name) %}
    {% endfor %}
    {#- "create schema if not exists" asks for a right that a schema which exists does not need -#}
    {% set place = outhaul.ledger_relation('outhaul_activations') %}
    {% if missing and not adapter.check_schema_exists(place.database, place.schema) %}
        {% do outhaul.create_ledger_schema(place) %}
    {% endif %}
    {% for name in missing %}
        {% set relation = outhaul.ledger_relation(name) %}
        {% if name in views %}
            {% set statement = 'create or replace view ' ~ relation ~ ' as ' ~ views[name] %}
            {% do outhaul._execute(outhaul.one_at_a_time(statement)) %}
            {% do outhaul._notice(relation.incorporate(type='view')) %}
        {% else %}
            {% do outhaul._execute(outhaul.one_at_a_time(outhaul.create_ledger_table(name))) %}
            {% do outhaul._notice(relation) %}
        {% endif %}
    {% endfor %}
    {% if missing %}
        {% do adapter.commit() %}
    {% endif %}
    {% do outhaul._mark_orphans() if 'outhaul_activations' not in missing %}
    {{ return('') }}
{% endmacro %}

{#- Whether the ledger has a table or a view of this name. -#}
{% macro _is_in_ledger(name) %}
    {% set relation = outhaul.ledger_relation(name) %}
    {{ return(adapter.get_relation(relation.database, relation.schema, relation.identifier) is not none) }}
{% endmacro %}
