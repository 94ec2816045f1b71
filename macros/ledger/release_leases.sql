{#- Give back the leases of diffs whose build failed; the package's on-run-end hook.

Where a failed build is undone, so is its lease. -#}
{% macro release_leases(results) %}
    {% if not execute or outhaul.is_transactional() %}
        {{ return('') }}
    {% endif %}
    {% set failed = [] %}
    {% for result in results %}
        {% if result.node.config.materialized == 'diff' and result.status == 'error' %}
            {% do failed.append(result.node.name) %}
        {% endif %}
    {% endfor %}
    {% if failed %}
        {% do outhaul._execute(outhaul.contended(
            'update ' ~ outhaul.ledger_relation('outhaul_activations')
            ~ ' set lease_holder = null, lease_expires_at = null where lease_holder = '
            ~ outhaul.literal(outhaul._build_holder())
        )) %}
        {% do adapter.commit() %}
    {% endif %}
    {{ return('') }}
{% endmacro %}
