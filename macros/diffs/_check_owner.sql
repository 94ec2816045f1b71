{#- What one target of one project has published belongs to it: no other builds it. -#}

{#- The condition on a row of `outhaul_activations` that this run may take its lease. -#}
{% macro _is_own() %}
    {{ return(
        '(generation = 0 or (project_name = ' ~ outhaul.literal(project_name)
        ~ ' and target_name = ' ~ outhaul.literal(target.name) ~ '))'
    ) }}
{% endmacro %}

{#- The same of a row that was read: whether it is another's. -#}
{% macro _is_foreign(before) %}
    {{ return(
        before.generation > 0
        and (before.project_name != project_name or before.target_name != target.name)
    ) }}
{% endmacro %}

{#- What `outhaul transfer` writes as the receiver. -#}
{% macro _receiver() %}
    {{ return(project_name ~ '.' ~ target.name) }}
{% endmacro %}

{#- End the build of what is another's, and say how both can be had. -#}
{% macro _refuse_foreign(diff) %}
    {% set before = diff.before %}
    {% set is_here = 'the target ' ~ target.name ~ ' of the project ' ~ project_name %}
    {% set schema = outhaul.ledger_relation('outhaul_activations').schema %}
    {% set way = "give each project a schema of its own by the var 'outhaul_schema'" %}
    {% if before.project_name == project_name %}
        {% set way =
            'give each target a ledger of its own, "vars: {outhaul_schema: {' ~ before.target_name ~ ': '
            ~ schema ~ ', ' ~ target.name ~ ': ' ~ schema ~ '_' ~ target.name ~ '}}"'
        %}
    {% endif %}
    {% do outhaul._refuse(
        'the ledger in ' ~ schema ~ ' has it of the target ' ~ before.target_name ~ ' of the project '
        ~ before.project_name ~ ', and this is ' ~ is_here ~ '. Nothing was changed. To have both, '
        ~ way ~ ', and schemas of their own for the models. If ' ~ is_here
        ~ ' goes on in its place, for example under a new name, run "outhaul transfer ' ~ diff.name
        ~ ' --target ' ~ target.name ~ '" and build again'
    ) %}
{% endmacro %}
