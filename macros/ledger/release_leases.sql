{#- Give back the leases of diffs whose build failed; the package's on-run-end hook.

Where a failed build is undone, so is its lease. -#}
{% macro release_leases(results) %}
    {% if not execute or outhaul.is_transactional() %}
        {{ return('') }}
    {% endif %}
    {% for result in results if result.node.config.materialized == 'diff' and result.status == 'error' %}
        {% if loop.first %}
            {% do outhaul._give_back_leases() %}
            {% do adapter.commit() %}
        {% endif %}
    {% endfor %}
    {{ return('') }}
{% endmacro %}

{#- Give back the leases that builds of this run hold, or that of one activation. -#}
{% macro _give_back_leases(activation=none) %}
    {% set statement -%}
        update {{ outhaul.ledger_relation('outhaul_activations') }}
        set lease_holder = null, lease_expires_at = null
        where lease_holder = {{ outhaul.literal(outhaul._build_holder()) }}
        {%- if activation is not none %}
            and activation = {{ outhaul.literal(activation) }}
        {%- endif %}
    {%- endset %}
    {% do outhaul._execute(outhaul.contended(statement)) %}
{% endmacro %}
