{#- A model that was renamed goes on with the activation that it was, by `outhaul rename`.

What the ledger has of the old name gets the new one, the activation's row last, so that
a build which dies before is repeated by the next one. Its tables then move, as those of
a diff do whose alias changed. Returns whether the lease of the old name is ours. -#}
{% macro _rename(diff, activations, old) %}
    {% do outhaul._ask_for_lease(diff, activations, name=old) %}
    {% set held = outhaul._fetch(
        'select lease_holder, lease_expires_at from ' ~ activations ~ ' where activation = ' ~ outhaul.literal(old)
        ~ ' and ' ~ outhaul._is_own()
    ) %}
    {% if not held or held[0][0] != outhaul._build_holder() %}
        {{ return(false) }}
    {% endif %}
    {% set is_new = ' where activation = ' ~ outhaul.literal(diff.name) %}
    {#- or claims of the old name, which a build that died has renamed already -#}
    {% set sent = outhaul._fetch(
        'select count(*) from ' ~ outhaul.ledger_relation('outhaul_claims') ~ is_new
    )[0][0] | int %}
    {% if sent > 0 and outhaul._fetch(
        'select count(*) from ' ~ activations ~ is_new ~ ' and generation > 0'
    )[0][0] | int > 0 %}
        {% do outhaul._refuse(
            'it cannot go on with ' ~ old ~ ', since rows of its own were sent: retire one of the two'
        ) %}
    {% endif %}
    {#- a build of the new name that nothing was sent of -#}
    {% for table in ['outhaul_builds', 'outhaul_activations'] if sent == 0 %}
        {% do outhaul.end_transaction() %}
        {% do outhaul._execute(outhaul.contended('delete from ' ~ outhaul.ledger_relation(table) ~ is_new)) %}
    {% endfor %}
    {% for table in outhaul.ledger_tables() if table != 'outhaul_activations' %}
        {% do outhaul._give_name(outhaul.ledger_relation(table), old, diff.name) %}
    {% endfor %}
    {% do outhaul._give_name(activations, old, diff.name) %}
    {% do outhaul.end_transaction() %}
    {% do log('outhaul: ' ~ diff.name ~ ' goes on with what was ' ~ old, info=true) %}
    {{ return(true) }}
{% endmacro %}

{% macro _give_name(relation, old, new) %}
    {% do outhaul.end_transaction() %}
    {% do outhaul._execute(outhaul.contended(
        'update ' ~ relation ~ ' set activation = ' ~ outhaul.literal(new)
        ~ ' where activation = ' ~ outhaul.literal(old)
    )) %}
{% endmacro %}

{#- The activation that was renamed to this one since its last build, or none. -#}
{% macro _old_name(diff, rows) %}
    {% if rows and rows[0].generation > 0 and rows[0].is_renamed != 1 %}
        {{ return(none) }}
    {% endif %}
    {% set found = outhaul._fetch(
        'select activations.activation from ' ~ outhaul.ledger_relation('outhaul_controls') ~ ' as controls inner join '
        ~ outhaul.ledger_relation('outhaul_activations') ~ ' as activations'
        ~ ' on controls.activation = activations.activation'
        ~ " where controls.action = 'rename' and controls.subject = " ~ outhaul.literal(diff.name)
        ~ ' and activations.activation <> ' ~ outhaul.literal(diff.name)
        ~ ' and activations.generation > 0 order by controls.recorded_at desc'
    ) %}
    {{ return(found[0][0] if found else none) }}
{% endmacro %}
