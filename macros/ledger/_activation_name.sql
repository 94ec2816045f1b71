{#- The name of a diff's activation: the model's, and its version as dbt selects it.

node: a model of the graph, or `model` itself. -#}
{% macro _activation_name(node) %}
    {% set version = node.get('version') %}
    {{ return(node.name if version is none else node.name ~ '.v' ~ version) }}
{% endmacro %}

{#- The diffs of the project that are enabled, whether it or a package has them. -#}
{% macro _diff_nodes() %}
    {% set found = [] %}
    {% for node in graph.nodes.values() %}
        {% if node.resource_type == 'model' and node.config.materialized == 'diff' %}
            {% do found.append(node) %}
        {% endif %}
    {% endfor %}
    {{ return(found) }}
{% endmacro %}

{#- End the run where two diffs would be one activation, or one model has the place of
    another's state. -#}
{% macro _check_names() %}
    {% set owners = {} %}
    {% set states = {} %}
    {% set problems = [] %}
    {% for node in outhaul._diff_nodes() %}
        {% set name = outhaul._activation_name(node) %}
        {% set first = owners.get(name | lower, node) %}
        {% do owners.update({name | lower: first}) %}
        {% if first.unique_id != node.unique_id %}
            {% do problems.append(
                first.unique_id ~ ' and ' ~ node.unique_id
                ~ ' would be one activation, since names are compared without case: rename one'
            ) %}
        {% endif %}
        {% for suffix in ['__acknowledged', '__rejected'] %}
            {% do states.update({outhaul._place_of(node, suffix): node}) %}
        {% endfor %}
    {% endfor %}
    {% for node in graph.nodes.values() if node.resource_type in ['model', 'seed', 'snapshot'] %}
        {% set owner = states.get(outhaul._place_of(node)) %}
        {% if owner is not none and node.config.materialized != 'ephemeral' %}
            {% do problems.append(
                node.unique_id ~ ' has the place where ' ~ owner.unique_id
                ~ ' keeps what its destination holds: rename it'
            ) %}
        {% endif %}
    {% endfor %}
    {% if problems %}
        {% do exceptions.raise_compiler_error('outhaul.diff: ' ~ problems | join('; ')) %}
    {% endif %}
{% endmacro %}

{#- Where a node is, or the table beside it with this suffix, for comparing. -#}
{% macro _place_of(node, suffix='') %}
    {{ return(
        ((node.database or '') ~ '.' ~ node.schema ~ '.' ~ (node.alias or node.name) ~ suffix) | lower
    ) }}
{% endmacro %}
