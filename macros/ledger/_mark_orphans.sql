{#- Note in the ledger which activations of this project and target have no model any more.

The graph is whole in every run, whatever was selected, so the hook that makes the ledger
can tell. Writes only where something changed. -#}
{% macro _mark_orphans() %}
    {% set present = [] %}
    {% for node in outhaul._diff_nodes() %}
        {% do present.append(outhaul._activation_name(node)) %}
    {% endfor %}
    {% set activations = outhaul.ledger_relation('outhaul_activations') %}
    {% set appeared = [] %}
    {% set vanished = [] %}
    {% set versions = [] %}
    {% for row in outhaul._fetch(outhaul._known_activations_query(activations)) %}
        {% do versions.append(row[3] | int) %}
        {% if row[2] == 0 %}
            {#- another project's, or another target's -#}
        {% elif row[0] in present and row[1] == 1 %}
            {% do appeared.append(outhaul.literal(row[0])) %}
        {% elif row[0] not in present and row[1] == 0 %}
            {% do vanished.append(outhaul.literal(row[0])) %}
        {% endif %}
    {% endfor %}
    {% do outhaul._upgrade_ledger(versions) %}
    {% for names, moment in [[appeared, 'null'], [vanished, outhaul.now_utc()]] if names %}
        {% do outhaul.end_transaction() %}
        {% set statement -%}
            update {{ activations }}
            set orphaned_at = {{ moment }}
            where activation in ({{ names | join(', ') }})
        {%- endset %}
        {% do outhaul._execute(outhaul.contended(statement)) %}
        {% do adapter.commit() %}
    {% endfor %}
{% endmacro %}

{% macro _known_activations_query(activations) -%}
    select
        activation,
        case when orphaned_at is null then 0 else 1 end as is_orphaned,
        case
            when project_name = {{ outhaul.literal(project_name) }} and target_name = {{ outhaul.literal(target.name) }}
                then 1
            else 0
        end as is_own,
        ledger_version
    from {{ activations }}
{%- endmacro %}
