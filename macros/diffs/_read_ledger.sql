{#- What the ledger knows of an activation, in one statement: a list of mappings, one per row.

Beside the columns of `outhaul_activations`: how far the published generation was
`claimed` and `committed`, how many `rejected` rows it has, `resync_due`, 1 where a
resync was asked for after it was built, and `is_transferred`, 1 where it was given to
this target after that. And what must agree with these: the `highest` generation of any
build, claim or sync, the most rows that one sync of the published generation has
`settled`, and the last position that was `refused`. Of the decisions of people also
`is_renamed`, 1 where another activation was to go on under this name, and
`retirement`: `keep`, `remove` or none; `resend_due`, 1 where a sync asked for all rows. -#}
{% macro _read_ledger(diff) %}
    {% set columns = outhaul.ledger_tables()['outhaul_activations'].keys() | list %}
    {% set of_this = ' where activation = ' ~ outhaul.literal(diff.name) %}
    {% set selected = [] %}
    {% for column in columns %}
        {% do selected.append('activations.' ~ column) %}
    {% endfor %}
    {% set built_at = 'coalesce(activations.built_at, known.built_at)' %}
    {% set rows = outhaul._fetch(
        'select ' ~ selected | join(', ')
        ~ ', coalesce(claims.claimed, 0), coalesce(claims.committed, 0)'
        ~ ', coalesce(rejections.rejected, 0)'
        ~ ', case when controls.asked_at is not null and (' ~ built_at ~ ' is null or controls.asked_at > '
        ~ built_at ~ ') then 1 else 0 end'
        ~ ', case when controls.transferred_at > activations.built_at then 1 else 0 end'
        ~ ', case when controls.renamed_at is not null and (' ~ built_at ~ ' is null or controls.renamed_at > '
        ~ built_at ~ ') then 1 else 0 end'
        ~ ', ' ~ outhaul._retirement()
        ~ ', coalesce(known.highest, 0), coalesce(syncs.settled, 0), coalesce(rejections.refused, 0)'
        ~ ', case when controls.resend_at > activations.built_at then 1 else 0 end'
        ~ ' from ' ~ outhaul.ledger_relation('outhaul_activations') ~ ' as activations'
        ~ ' left join (' ~ outhaul._claims(of_this) ~ ') as claims'
        ~ ' on activations.generation = claims.generation'
        ~ ' left join (select generation, count(*) as rejected, max(seq) as refused from ('
        ~ outhaul._refusals(diff.name) ~ ') as refusals group by generation) as rejections'
        ~ ' on activations.generation = rejections.generation'
        ~ ' left join (' ~ outhaul._settled_query(of_this) ~ ') as syncs'
        ~ ' on activations.generation = syncs.generation'
        ~ ' cross join (' ~ outhaul._known_query(of_this) ~ ') as known'
        ~ " cross join (select max(case when action = 'resync' then recorded_at end) as asked_at"
        ~ ", max(case when action = 'transfer' and subject = " ~ outhaul.literal(outhaul._receiver())
        ~ " then recorded_at end) as transferred_at, max(case when action = 'rename' and subject = "
        ~ outhaul.literal(diff.name) ~ ' then recorded_at end) as renamed_at'
        ~ ", max(case when action = 'resend' then recorded_at end) as resend_at"
        ~ ", max(case when action = 'resume' then recorded_at end) as resumed_at"
        ~ ", max(case when action = 'retire' and subject = 'keep' then recorded_at end) as kept_at"
        ~ ", max(case when action = 'retire' and subject = 'remove' then recorded_at end) as removed_at from "
        ~ outhaul.ledger_relation('outhaul_controls') ~ of_this
        ~ " or (action = 'rename' and subject = " ~ outhaul.literal(diff.name) ~ ')) as controls'
        ~ ' where activations.activation = ' ~ outhaul.literal(diff.name)
    ) %}
    {% set names = columns + [
        'claimed', 'committed', 'rejected', 'resync_due', 'is_transferred', 'is_renamed', 'retirement',
        'highest', 'settled', 'refused', 'resend_due',
    ] %}
    {% set found = [] %}
    {% for row in rows %}
        {% do found.append(dict(zip(names, row))) %}
    {% endfor %}
    {{ return(found) }}
{% endmacro %}

{#- Whether it is retired, by the newest decision on that. -#}
{% macro _retirement() %}
    {% set later = [] %}
    {% for one, other in [
        ['removed_at', 'resumed_at'], ['removed_at', 'kept_at'], ['kept_at', 'resumed_at'],
    ] %}
        {% do later.append(
            '(controls.' ~ other ~ ' is null or controls.' ~ one ~ ' > controls.' ~ other ~ ')'
        ) %}
    {% endfor %}
    {{ return(
        'case when controls.removed_at is not null and ' ~ later[0] ~ ' and ' ~ later[1] ~ " then 'remove'"
        ~ ' when controls.kept_at is not null and ' ~ later[2] ~ " then 'keep' end"
    ) }}
{% endmacro %}

{#- Per generation the most rows that one sync has had outcomes of: so many were claimed. -#}
{% macro _settled_query(of_this) %}
    {% set counts = [] %}
    {% for outcome in ['accepted', 'rejected', 'missing'] %}
        {% for change in ['inserted', 'updated', 'removed'] %}
            {% do counts.append(outcome ~ '_' ~ change) %}
        {% endfor %}
    {% endfor %}
    {{ return(
        'select generation, max(' ~ counts | join(' + ') ~ ') as settled from '
        ~ outhaul.ledger_relation('outhaul_syncs') ~ of_this ~ ' group by generation'
    ) }}
{% endmacro %}

{#- The highest generation that some table of the ledger knows, and when it was built. -#}
{% macro _known_query(of_this) %}
    {% set no_time = 'cast(null as ' ~ outhaul.type_instant() ~ ')' %}
    {{ return(
        'select max(generation) as highest, max(built_at) as built_at from ('
        ~ 'select generation, built_at from ' ~ outhaul.ledger_relation('outhaul_builds') ~ of_this
        ~ ' union all select generation, ' ~ no_time ~ ' from ' ~ outhaul.ledger_relation('outhaul_claims') ~ of_this
        ~ ' union all select generation, ' ~ no_time ~ ' from ' ~ outhaul.ledger_relation('outhaul_syncs') ~ of_this
        ~ ') as generations'
    ) }}
{% endmacro %}
