{#- Which model a segment is a part of. -#}

{#- Segments can be compared where they are parts of one model.

A segment's parent is what its `meta.outhaul.parent` names. Without that it is the model
of its first ref(), or that one's parent and so on: two segments have the same parent
where these chains meet. -#}
{% macro _check_same_parent(plan, scopes) %}
    {% if not outhaul._knows_project() %}
        {{ return('') }}
    {% endif %}
    {% set first = outhaul._ancestry(outhaul._node_of(scopes[0].relation), scopes[0].label) %}
    {% for scope in scopes[1:] %}
        {% set other = outhaul._ancestry(outhaul._node_of(scope.relation), scope.label) %}
        {% if not first | select('in', other) | list %}
            {% do plan.problems.append(
                'models: ' ~ outhaul._part_of(first) ~ ' and ' ~ outhaul._part_of(other)
                ~ ': only segments of the same parent can be compared. Where the first ref() of a segment is not its parent, say so: '
                ~ "config: {meta: {outhaul: {parent: 'a model'}}}"
            ) %}
        {% endif %}
    {% endfor %}
{% endmacro %}

{#- "vip_customers is a part of customers". -#}
{% macro _part_of(chain) %}
    {{ return(chain[0] ~ ' is a part of ' ~ (chain[1:] | join(', of ') or 'no model or source that outhaul knows')) }}
{% endmacro %}

{#- The names of a model, its parent, the parent's parent and so on. -#}
{% macro _ancestry(node, label) %}
    {% set chain = [label] %}
    {% set state = {'node': node} %}
    {% for step in range(100) %}
        {% if state.node is not none %}
            {% set parent = outhaul._declared_parent(state.node) or outhaul._first_ref(state.node) %}
            {% do chain.append(parent) if parent %}
            {% do state.update({'node': outhaul._named_node(parent) if parent and not outhaul._declared_parent(state.node) else none}) %}
        {% endif %}
    {% endfor %}
    {{ return(chain) }}
{% endmacro %}

{#- What `meta.outhaul.parent` of a segment names, or none. -#}
{% macro _declared_parent(node) %}
    {% set meta = (node.config.meta or node.meta or {}).get('outhaul') %}
    {{ return(meta.get('parent') if meta is mapping else none) }}
{% endmacro %}

{#- The name of the first model, or else source, that a model reads. -#}
{% macro _first_ref(node) %}
    {% if node.refs %}
        {{ return(node.refs[0].name or node.refs[0][-1]) }}
    {% elif node.sources %}
        {{ return(node.sources[0] | join('.')) }}
    {% endif %}
    {{ return(none) }}
{% endmacro %}

{% macro _named_node(name) %}
    {% for node in graph.nodes.values() %}
        {% if node.resource_type in ['model', 'seed', 'snapshot'] and node.name == name %}
            {{ return(node) }}
        {% endif %}
    {% endfor %}
    {{ return(none) }}
{% endmacro %}
