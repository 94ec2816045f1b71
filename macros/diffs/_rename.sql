{#- A model that was renamed goes on with the activation that it was, by `outhaul rename`. -#}

{#- Whether the ledger has it under another name, which is now changed to this one. -#}
{% macro _goes_on_with_another(diff, activations, rows) %}
    {% set old = outhaul._old_name(diff, activations, rows) %}
    {% if old is none %}
        {{ return(false) }}
    {% endif %}
    {% if not outhaul._rename(diff, activations, old) %}
        {% do outhaul._refuse(
            'it is to go on with ' ~ old ~ ', on which a sync or a build is at work: build again when that has ended'
        ) %}
    {% endif %}
    {{ return(true) }}
{% endmacro %}

{#- The activation that was renamed to this one since its last build, or none. -#}
{% macro _old_name(diff, activations, rows) %}
    {% if rows and rows[0].generation > 0 and rows[0].is_renamed != 1 %}
        {{ return(none) }}
    {% endif %}
    {% set query -%}
        select activations.activation
        from {{ outhaul.ledger_relation('outhaul_controls') }} as controls
        inner join {{ activations }} as activations
            on controls.activation = activations.activation
        where
            controls.action = 'rename'
            and controls.subject = {{ outhaul.literal(diff.name) }}
            and activations.activation <> {{ outhaul.literal(diff.name) }}
            and activations.generation > 0
        order by controls.recorded_at desc
    {%- endset %}
    {% set found = outhaul._fetch(query) %}
    {{ return(found[0][0] if found else none) }}
{% endmacro %}

{#- Give what the ledger has of the old name the new one, the activation's row last, so that a
build which dies before is repeated by the next one. Its tables then move, as those of a
diff do whose alias changed. Returns whether the lease of the old name is ours. -#}
{% macro _rename(diff, activations, old) %}
    {% do outhaul._ask_for_lease(diff, activations, name=old) %}
    {% if not outhaul._holds_lease_of(activations, old) %}
        {{ return(false) }}
    {% endif %}
    {% set own = outhaul._fetch(outhaul._own_traces_query(diff, activations))[0] %}
    {#- or claims of the old name, which a build that died has renamed already -#}
    {% set was_sent = own[0] | int > 0 %}
    {% if was_sent and own[1] | int > 0 %}
        {% do outhaul._refuse(
            'it cannot go on with ' ~ old ~ ', since rows of its own were sent: retire one of the two'
        ) %}
    {% endif %}
    {#- a build of the new name that nothing was sent of -#}
    {% for table in ['outhaul_builds', 'outhaul_activations'] if not was_sent %}
        {% do outhaul._forget_name(outhaul.ledger_relation(table), diff.name) %}
    {% endfor %}
    {% for table in outhaul.ledger_tables() if table != 'outhaul_activations' %}
        {% do outhaul._give_name(outhaul.ledger_relation(table), old, diff.name) %}
    {% endfor %}
    {% do outhaul._give_name(activations, old, diff.name) %}
    {% do outhaul.end_transaction() %}
    {% do log('outhaul: ' ~ diff.name ~ ' goes on with what was ' ~ old, info=true) %}
    {{ return(true) }}
{% endmacro %}

{% macro _holds_lease_of(activations, name) %}
    {% set query -%}
        select lease_holder
        from {{ activations }}
        where
            activation = {{ outhaul.literal(name) }}
            and {{ outhaul._is_own() }}
    {%- endset %}
    {% set rows = outhaul._fetch(query) %}
    {{ return(rows and rows[0][0] == outhaul._build_holder()) }}
{% endmacro %}

{#- How many claims there are under the new name, and whether it was built. -#}
{% macro _own_traces_query(diff, activations) -%}
    with

    claims as (

        select count(*) as row_count
        from {{ outhaul.ledger_relation('outhaul_claims') }}
        where activation = {{ outhaul.literal(diff.name) }}

    ),

    builds as (

        select count(*) as row_count
        from {{ activations }}
        where
            activation = {{ outhaul.literal(diff.name) }}
            and generation > 0

    )

    select
        claims.row_count as claim_count,
        builds.row_count as build_count
    from claims
    cross join builds
{%- endmacro %}

{% macro _forget_name(relation, name) %}
    {% set statement -%}
        delete from {{ relation }}
        where activation = {{ outhaul.literal(name) }}
    {%- endset %}
    {% do outhaul.end_transaction() %}
    {% do outhaul._execute(outhaul.contended(statement)) %}
{% endmacro %}

{% macro _give_name(relation, old, new) %}
    {% set statement -%}
        update {{ relation }}
        set activation = {{ outhaul.literal(new) }}
        where activation = {{ outhaul.literal(old) }}
    {%- endset %}
    {% do outhaul.end_transaction() %}
    {% do outhaul._execute(outhaul.contended(statement)) %}
{% endmacro %}
