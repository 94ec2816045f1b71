{#- Take the activation's lease by compare-and-set on the warehouse's clock.

Adds to the diff `before` (the activation's row in the ledger, as a mapping), what the
ledger knows of its published generation (see `_read_ledger`), and the names of the work
tables; returns whether the lease is ours. -#}
{% macro _take_lease(diff) %}
    {% set activations = outhaul.ledger_relation('outhaul_activations') %}
    {% do outhaul._refuse_missing_ledger(activations) if load_cached_relation(activations) is none %}
    {% do diff.update({'asked_at': modules.datetime.datetime.now()}) %}
    {% do outhaul._ask_for_lease(diff, activations) %}
    {% set rows = outhaul._read_ledger(diff) %}
    {% if outhaul._goes_on_with_another(diff, activations, rows) %}
        {% set rows = outhaul._read_ledger(diff) %}
    {% endif %}
    {% if not rows %}
        {% do outhaul._register(diff, activations) %}
        {% do outhaul._ask_for_lease(diff, activations) %}
        {% set rows = outhaul._read_ledger(diff) %}
    {% endif %}
    {% if rows | length != 1 %}
        {% do outhaul._refuse(
            activations ~ ' has ' ~ rows | length ~ ' rows for this activation instead of one: delete all but that of the highest generation'
        ) %}
    {% endif %}
    {% if outhaul._is_foreign(rows[0]) %}
        {% do diff.update({'before': rows[0]}) %}
        {% do outhaul._refuse_foreign(diff) if rows[0].is_transferred != 1 %}
        {% do outhaul._ask_for_lease(diff, activations, whose='1 = 1') %}
        {% set rows = outhaul._read_ledger(diff) %}
    {% endif %}
    {% do outhaul._note_ledger(diff, rows[0]) %}
    {{ return(diff.before.lease_holder == outhaul._build_holder()) }}
{% endmacro %}

{#- What the ledger says, in the diff. -#}
{% macro _note_ledger(diff, before) %}
    {% if before.ledger_version > outhaul.ledger_version() %}
        {% do outhaul._refuse(
            'the ledger was written by a newer outhaul (version ' ~ before.ledger_version
            ~ ' of its tables, this package knows ' ~ outhaul.ledger_version() ~ '): upgrade the package'
        ) %}
    {% endif %}
    {% do diff.update({
        'before': before,
        'resync_due': before.resync_due == 1,
        'resend_due': before.resend_due == 1,
        'claims': {
            'claimed': before.claimed | int,
            'committed': before.committed | int,
            'rejected': before.rejected | int,
        },
    }) %}
    {% do outhaul._name_work_tables(diff, before.lease_fence | int) %}
    {% do outhaul._notice_relations(diff) %}
{% endmacro %}

{% macro _refuse_missing_ledger(activations) %}
    {% do outhaul._refuse(
        'there is no ledger in ' ~ activations.without_identifier()
        ~ ": it is made by the package's on-run-start hook, which has not run or looked"
        ~ " elsewhere. The var 'outhaul_schema' must stand directly under 'vars:' in dbt_project.yml"
        ~ " (or in --vars), not under the name of a project or package"
    ) %}
{% endmacro %}

{#- Tables that a build beside this one made while it waited are not in dbt's cache. -#}
{% macro _notice_relations(diff) %}
    {% if diff.before.generation > 0 %}
        {% for which in ['relation', 'acknowledged', 'rejected'] %}
            {% if outhaul._existing(diff, which) is none and outhaul.exists(diff[which]) %}
                {% do outhaul._notice(diff[which]) %}
            {% endif %}
        {% endfor %}
    {% endif %}
{% endmacro %}

{#- A sync holds the lease: keep the diff, and let the next build catch up. -#}
{% macro _leave_as_it_is(diff) %}
    {% do exceptions.warn(
        'outhaul.diff in model ' ~ diff.name ~ ': left as it is, because '
        ~ ('no sync is at work, but a request of the last one may still arrive and must not overtake newer rows,'
            if (diff.before.lease_holder or '').startswith('ended: ')
            else '"' ~ diff.before.lease_holder ~ '" is at work on it')
        ~ ' until ' ~ diff.before.lease_expires_at ~ ' UTC. The next build catches up.'
    ) %}
    {% do outhaul._no_main_statement() %}
{% endmacro %}

{#- dbt wants a statement named "main" of every node. -#}
{% macro _no_main_statement() %}
    {% do outhaul._execute('select 1 as nothing_built', 'main') %}
{% endmacro %}
