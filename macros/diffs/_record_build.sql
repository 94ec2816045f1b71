{#- Append this build to the ledger's history, from the activation's row just written.

The size of the parent is counted where the segment names it in `meta.outhaul.parent`:
a parent may be an expensive view, so nobody pays for it without asking. -#}
{% macro _record_build(diff) %}
    {% set parent = outhaul._parent_to_count() %}
    {% set copied = [
        'activation', 'generation', 'segment', 'rows_in_segment', 'rows_acknowledged', 'rows_inserted',
        'rows_updated', 'rows_removed', 'rows_held', 'rows_invalid', 'rows_suppressed', 'hold', 'built_at', 'built_by',
    ] %}
    {% set counted = 'cast(null as ' ~ dbt.type_bigint() ~ ')' %}
    {% if parent.relation %}
        {% set counted = '(select count(*) from ' ~ parent.relation ~ ')' %}
    {% endif %}
    {% set statement -%}
        insert into {{ outhaul.ledger_relation('outhaul_builds') }} (
            {{ copied | join(',\n' ~ ' ' * 12) }},
            parent,
            rows_in_parent
        )
        select
            {{ copied | join(',\n' ~ ' ' * 12) }},
            {{ outhaul.literal(parent.name) if parent.name else 'cast(null as ' ~ outhaul.type_text() ~ ')' }} as parent,
            {{ counted }} as rows_in_parent
        from {{ outhaul.ledger_relation('outhaul_activations') }}
        where activation = {{ outhaul.literal(diff.name) }}
    {%- endset %}
    {% do outhaul._execute(statement) %}
{% endmacro %}

{#- The parent that the diff's segment declares: its name, and its relation if it is built. -#}
{% macro _parent_to_count() %}
    {% set segment = outhaul._named_node(outhaul._segment_name()) %}
    {% set name = outhaul._declared_parent(segment) if segment is not none else none %}
    {% set node = outhaul._named_node(name) if name else none %}
    {% if node is none or node.config.materialized == 'ephemeral' %}
        {{ return({'name': name, 'relation': none}) }}
    {% endif %}
    {{ return({
        'name': name, 'relation': load_relation(api.Relation.create(
            database=node.database, schema=node.schema, identifier=node.alias or node.name
        )),
    }) }}
{% endmacro %}
