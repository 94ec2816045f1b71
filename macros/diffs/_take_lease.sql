{#- Take the activation's lease by compare-and-set on the warehouse's clock.

Adds to the diff `before` (the activation's row in the ledger, as a mapping), what the
ledger knows of its published generation (see `_read_ledger`), and the names of the work
tables; returns whether the lease is ours. -#}
{% macro _take_lease(diff) %}
    {% set activations = outhaul.ledger_relation('outhaul_activations') %}
    {% if load_cached_relation(activations) is none %}
        {% do outhaul._refuse(
            'there is no ledger in ' ~ activations.without_identifier()
            ~ ": it is made by the package's on-run-start hook, which has not run or looked"
            ~ " elsewhere. The var 'outhaul_schema' must stand directly under 'vars:' in dbt_project.yml"
            ~ " (or in --vars), not under the name of a project or package"
        ) %}
    {% endif %}
    {% do outhaul._ask_for_lease(diff, activations) %}
    {% set rows = outhaul._read_ledger(diff) %}
    {% set old = outhaul._old_name(diff, rows) %}
    {% if old is not none %}
        {% if outhaul._rename(diff, activations, old) %}
            {% set rows = outhaul._read_ledger(diff) %}
        {% else %}
            {% do outhaul._refuse(
                'it is to go on with ' ~ old ~ ', on which a sync or a build is at work: build again when that has ended'
            ) %}
        {% endif %}
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
    {% set before = rows[0] %}
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
    {{ return(before.lease_holder == outhaul._build_holder()) }}
{% endmacro %}

{#- The first build of an activation: its row in the ledger. -#}
{% macro _register(diff, activations) %}
    {% do outhaul.end_transaction() %}
    {% do outhaul._execute(outhaul.contended(outhaul.insert_once(activations, {
        'activation': outhaul.literal(diff.name), 'ledger_version': outhaul.ledger_version(),
        'generation': 0, 'rows_acknowledged': 0, 'lease_fence': 0,
    }))) %}
{% endmacro %}

{#- The compare-and-set: of builds and syncs at once, one gets the lease.

whose: a condition on the row; by default, that it is not another target's. name: of the
activation, if it is not the diff's. -#}
{% macro _ask_for_lease(diff, activations, whose=none, name=none) %}
    {% do outhaul.end_transaction() %}
    {% set statement -%}
        update {{ activations }}
        set
            lease_holder = {{ outhaul.literal(outhaul._build_holder()) }},
            lease_fence = lease_fence + 1,
            lease_expires_at = {{ outhaul._end_of_lease() }}
        where
            activation = {{ outhaul.literal(name or diff.name) }}
            and (lease_expires_at is null or lease_expires_at <= {{ outhaul.now_utc() }})
            and {{ whose or outhaul._is_own() }}
    {%- endset %}
    {% do outhaul._execute(outhaul.contended(statement)) %}
    {% do outhaul.end_transaction() %}
{% endmacro %}

{#- What the builds of this run are called as holders of leases. -#}
{% macro _build_holder() %}
    {{ return('build ' ~ invocation_id) }}
{% endmacro %}

{#- Make sure that the lease is still ours before something is published.

Within a transaction nobody can have taken it over. -#}
{% macro _confirm_lease(diff) %}
    {% if outhaul.is_transactional() %}
        {{ return('') }}
    {% endif %}
    {% set activations = outhaul.ledger_relation('outhaul_activations') %}
    {% set is_ours -%}
        activation = {{ outhaul.literal(diff.name) }}
            and lease_holder = {{ outhaul.literal(outhaul._build_holder()) }}
            and lease_fence = {{ diff.before.lease_fence }}
    {%- endset %}
    {% set statement -%}
        update {{ activations }}
        set lease_expires_at = {{ outhaul._end_of_lease() }}
        where
            {{ is_ours }}
    {%- endset %}
    {% do outhaul.end_transaction() %}
    {% do outhaul._execute(outhaul.contended(statement)) %}
    {% do outhaul.end_transaction() %}
    {% if outhaul._fetch('select count(*) as row_count from ' ~ activations ~ ' where ' ~ is_ours)[0][0] | int != 1 %}
        {% do outhaul._refuse(
            'this build took longer than its lease, and another has begun. Nothing was published'
        ) %}
    {% endif %}
    {#- `built_at` stays the time when the lease was taken -#}
    {% do diff.update({'lease_expires_at':
        'cast(' ~ outhaul.literal(diff.before.lease_expires_at) ~ ' as ' ~ outhaul.type_instant() ~ ')'
    }) %}
{% endmacro %}

{#- When a lease ends that is taken now. -#}
{% macro _end_of_lease() %}
    {{ return(dbt.dateadd('minute', outhaul._lease_minutes(), outhaul.now_utc())) }}
{% endmacro %}

{#- How long a build may take before a sync may think it dead. -#}
{% macro _lease_minutes() %}
    {{ return(60) }}
{% endmacro %}

{#- Tables that a build beside this one made while it waited are not in dbt's cache. -#}
{% macro _notice_relations(diff) %}
    {% if diff.before.generation > 0 %}
        {% for relation in [diff.relation, diff.acknowledged, diff.rejected] %}
            {% if load_cached_relation(relation) is none and outhaul.exists(relation) %}
                {% do outhaul._notice(relation) %}
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
