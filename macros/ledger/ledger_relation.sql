{#- A table of the ledger, in the schema that the var `outhaul_schema` names. -#}
{% macro ledger_relation(name) %}
    {{ return(api.Relation.create(
        database=target.database or none,
        schema=var('outhaul_schema', target.schema),
        identifier=name,
        type='table'
    )) }}
{% endmacro %}
