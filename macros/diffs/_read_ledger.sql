{#- What the ledger knows of an activation, in one statement: a list of mappings, one per row.

Beside the columns of `outhaul_activations`: how far the published generation was
`claimed` and `committed`, how many `rejected` rows it has, and `resync_due`, 1 where a
resync was asked for after it was built. -#}
{% macro _read_ledger(diff) %}
    {% set columns = outhaul.ledger_tables()['outhaul_activations'].keys() | list %}
    {% set of_this = ' where activation = ' ~ outhaul.literal(diff.name) %}
    {% set selected = [] %}
    {% for column in columns %}
        {% do selected.append('activations.' ~ column) %}
    {% endfor %}
    {% set rows = outhaul._fetch(
        'select ' ~ selected | join(', ')
        ~ ', coalesce(claims.claimed, 0), coalesce(claims.committed, 0)'
        ~ ', coalesce(rejections.rejected, 0)'
        ~ ', case when controls.asked_at > activations.built_at then 1 else 0 end'
        ~ ' from ' ~ outhaul.ledger_relation('outhaul_activations') ~ ' as activations'
        ~ ' left join (select generation, max(claimed_seq) as claimed, max(committed_seq) as committed from '
        ~ outhaul.ledger_relation('outhaul_claims') ~ of_this ~ ' group by generation) as claims'
        ~ ' on activations.generation = claims.generation'
        ~ ' left join (select generation, count(*) as rejected from ('
        ~ outhaul._refusals(diff.name) ~ ') as refusals group by generation) as rejections'
        ~ ' on activations.generation = rejections.generation'
        ~ ' cross join (select max(recorded_at) as asked_at from '
        ~ outhaul.ledger_relation('outhaul_controls') ~ of_this ~ " and action = 'resync') as controls"
        ~ ' where activations.activation = ' ~ outhaul.literal(diff.name)
    ) %}
    {% set names = columns + ['claimed', 'committed', 'rejected', 'resync_due'] %}
    {% set found = [] %}
    {% for row in rows %}
        {% do found.append(dict(zip(names, row))) %}
    {% endfor %}
    {{ return(found) }}
{% endmacro %}
