{#- What can be known of a relation while a model is compiled. -#}

{#- The columns of a relation by lower-case name, or none where they cannot be seen.

Nobody sees them before the relation is built, nor under --no-introspect, nor in a unit
test, where dbt hides the project. Then the warehouse is left to refuse a wrong name. An ephemeral model has those columns that
its .yml gives a `data_type`, if it gives one to every column. -#}
{% macro _columns_seen(relation, table=none) %}
    {% set node = outhaul._node_of(relation) %}
    {% set found = [] %}
    {% if outhaul._is_cte(relation) and (node is none or node.config.materialized == 'ephemeral') %}
        {% set found = outhaul._declared_columns(node) %}
    {% elif flags.INTROSPECT is not defined or flags.INTROSPECT is not false %}
        {% set real = relation %}
        {% if outhaul._is_cte(relation) %}
            {% set real = api.Relation.create(
                database=node.database, schema=node.schema, identifier=node.alias or node.identifier
            ) %}
        {% endif %}
        {% set existing = adapter.get_relation(real.database, real.schema, real.identifier) %}
        {% if existing is not none %}
            {% set found = outhaul.columns_of(existing) %}
        {% endif %}
    {% endif %}
    {% if not found %}
        {{ return(none) }}
    {% endif %}
    {% set seen = {} %}
    {% for column in found %}
        {% do seen.update({column.name | lower: {
            'name': outhaul.written_name(column.name),
            'type': column.type,
            'kind': outhaul.column_kind(column.type),
            'sql': (table ~ '.' if table else '') ~ outhaul.column_name(column.name),
        }}) %}
    {% endfor %}
    {{ return(seen) }}
{% endmacro %}

{#- The columns that a model's .yml declares with their types. -#}
{% macro _declared_columns(node) %}
    {% set declared = [] %}
    {% if node is not none %}
        {% for column in node.columns.values() %}
            {% if not column.data_type %}
                {{ return([]) }}
            {% endif %}
            {% do declared.append({'name': column.name, 'type': column.data_type}) %}
        {% endfor %}
    {% endif %}
    {{ return(declared) }}
{% endmacro %}

{#- Whether this is what ref() and source() give; Jinja takes it for a mapping too. -#}
{% macro _is_relation(value) %}
    {{ return(
        value is not none and value is not string and value is not number
        and value.identifier is defined and value.schema is defined
    ) }}
{% endmacro %}

{#- Whether a relation is a CTE that dbt will write: an ephemeral model, or the input of a unit test. -#}
{% macro _is_cte(relation) %}
    {{ return((relation.identifier | string).startswith('__dbt__cte__')) }}
{% endmacro %}

{#- The name by which people know a relation. -#}
{% macro _bare_name(relation) %}
    {{ return((relation.identifier | string) | replace('__dbt__cte__', '')) }}
{% endmacro %}

{#- Whether dbt shows the project's other models; in a unit test it does not. -#}
{% macro _knows_project() %}
    {{ return(graph.nodes is defined) }}
{% endmacro %}

{#- The node of the project that makes a relation, or none. -#}
{% macro _node_of(relation) %}
    {% set bare = outhaul._bare_name(relation) | lower %}
    {% set is_cte = outhaul._is_cte(relation) %}
    {% if not outhaul._knows_project() %}
        {{ return(none) }}
    {% endif %}
    {% for node in graph.nodes.values() | list + graph.sources.values() | list %}
        {% if node.resource_type in ['model', 'seed', 'snapshot', 'source'] %}
            {% if is_cte %}
                {% if node.name | lower == bare or (
                    node.resource_type == 'source' and node.source_name ~ '__' ~ node.name | lower == bare
                ) %}
                    {{ return(node) }}
                {% endif %}
            {% elif (node.alias or node.identifier or node.name) | lower == bare
                and node.schema | lower == relation.schema | lower
                and (node.database or '') | lower == (relation.database or '') | lower %}
                {{ return(node) }}
            {% endif %}
        {% endif %}
    {% endfor %}
    {{ return(none) }}
{% endmacro %}
