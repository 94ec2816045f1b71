{#- Give back the leases of builds that failed; the package's on-run-end hook.

A transaction that is rolled back gives its lease back. Elsewhere it would stay until it
expires, and keep syncs and builds waiting. -#}
{% macro release_leases() %}
    {% if not execute or outhaul.is_transactional() %}
        {{ return('') }}
    {% endif %}
    {% set failed = [] %}
    {% for result in results if result.node.config.materialized == 'diff' and result.status == 'error' %}
        {% do failed.append(result.node.name) %}
    {% endfor %}
    {% set activations = outhaul.ledger_relation('outhaul_activations') %}
    {% if failed and load_cached_relation(activations) is not none %}
        {% do outhaul._execute(
            'update ' ~ activations ~ ' set lease_holder = null, lease_expires_at = null'
            ~ ' where lease_holder = ' ~ outhaul.literal(outhaul._build_holder())
        ) %}
    {% endif %}
    {{ return('') }}
{% endmacro %}
