{#- The lease of an activation: one build or sync at a time works on it. -#}

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

Within a transaction nobody can have taken it over, nor before half of its time is gone:
no other build and no sync takes a lease that has not ended. -#}
{% macro _confirm_lease(diff) %}
    {% if outhaul.is_transactional() or outhaul._lease_is_young(diff) %}
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
    {% set held -%}
        select count(*) as lease_count
        from {{ activations }}
        where
            {{ is_ours }}
    {%- endset %}
    {% do outhaul.end_transaction() %}
    {% do outhaul._execute(outhaul.contended(statement)) %}
    {% do outhaul.end_transaction() %}
    {% if outhaul._fetch(held)[0][0] | int != 1 %}
        {% do outhaul._refuse(
            'this build took longer than its lease, and another has begun. Nothing was published'
        ) %}
    {% endif %}
    {#- `built_at` stays the time when the lease was taken -#}
    {% do diff.update({'lease_expires_at':
        'cast(' ~ outhaul.literal(diff.before.lease_expires_at) ~ ' as ' ~ outhaul.type_instant() ~ ')'
    }) %}
{% endmacro %}

{#- Whether less than half of the lease's time has gone, by the clock of this machine, which
    may be set back or forward meanwhile. -#}
{% macro _lease_is_young(diff) %}
    {% set age = (modules.datetime.datetime.now() - diff.asked_at).total_seconds() %}
    {{ return(age >= 0 and age < 60 * outhaul._lease_minutes() / 2) }}
{% endmacro %}

{#- When a lease ends that is taken now. -#}
{% macro _end_of_lease() %}
    {{ return(dbt.dateadd('minute', outhaul._lease_minutes(), outhaul.now_utc()) | trim) }}
{% endmacro %}

{#- How long a build may take before a sync may think it dead. -#}
{% macro _lease_minutes() %}
    {{ return(60) }}
{% endmacro %}
