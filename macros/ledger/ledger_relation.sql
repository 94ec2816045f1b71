{#- A table or a view of the ledger, in the schema that the var `outhaul_schema` names. -#}
{% macro ledger_relation(name) %}
    {{ return(api.Relation.create(
        database=target.database or none,
        schema=outhaul._ledger_schema(),
        identifier=name,
        type='table'
    )) }}
{% endmacro %}

{#- The schema of the ledger: for all targets one, or by the target's name one for each.

Without a schema for it, a target keeps the ledger where its models are. -#}
{% macro _ledger_schema() %}
    {% set named = var('outhaul_schema', none) %}
    {% if named is mapping %}
        {% set named = named.get(target.name) %}
    {% endif %}
    {% if named is not none and (named is not string or not named) %}
        {% do exceptions.raise_compiler_error(
            "the var 'outhaul_schema' must be the name of a schema, or a mapping of targets to such names"
        ) %}
    {% endif %}
    {{ return(target.schema if named is none else named) }}
{% endmacro %}
