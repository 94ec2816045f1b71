{#- What the ledger knows of an activation, in one statement: a list of mappings, one per row.

Beside the columns of `outhaul_activations`: how far the published generation was
`claimed` and `committed`, how many `rejected` rows it has, `resync_due`, 1 where a
resync was asked for after it was built, and `is_transferred`, 1 where it was given to
this target after that. And what must agree with these: the `highest` generation of any
build, claim or sync, the most rows that one sync of the published generation has
`settled`, and the last position that was `refused`. Of the decisions of people also
`is_renamed`, 1 where another activation was to go on under this name, and
`retirement`: `keep`, `remove` or none; `resend_due`, 1 where a sync asked for all rows.
Where dbt knows the activation's tables, also what is in them: see `_found`. -#}
{% macro _read_ledger(diff) %}
    {% set names = outhaul.ledger_tables()['outhaul_activations'].keys() | list + [
        'claimed', 'committed', 'rejected', 'resync_due', 'is_transferred', 'is_renamed', 'retirement',
        'highest', 'settled', 'refused', 'resend_due',
    ] %}
    {% set sees_tables = outhaul._knows_tables(diff) %}
    {% set found = [] %}
    {% for row in outhaul._fetch(outhaul._ledger_query(diff, sees_tables)) %}
        {% set known = dict(zip(names, row)) %}
        {% set next = names | length %}
        {% do known.update({'found': outhaul._as_found([row[next], row[next + 1], row[next + 2]])}) if sees_tables %}
        {% do found.append(known) %}
    {% endfor %}
    {{ return(found) }}
{% endmacro %}

{#- Whether dbt's cache has all tables of the activation, which then are those of a build. -#}
{% macro _knows_tables(diff) %}
    {% for which in ['relation', 'acknowledged', 'rejected'] %}
        {% if outhaul._existing(diff, which) is none %}
            {{ return(false) }}
        {% endif %}
    {% endfor %}
    {{ return(true) }}
{% endmacro %}

{% macro _ledger_query(diff, sees_tables) -%}
    {%- set name = outhaul.literal(diff.name) -%}
    {%- set of_this = 'where activation = ' ~ name -%}
    {%- set built_at = 'coalesce(activations.built_at, known.built_at)' -%}
    with

    claims as (

        {{ outhaul._claims(of_this) }}

    ),

    rejections as (

        select
            generation,
            count(*) as rejected,
            max(seq) as refused
        from (
            {{ outhaul._refusals(diff.name) }}
        ) as refusals
        group by generation

    ),

    -- So many rows of a generation were claimed as one sync has had outcomes of.
    syncs as (

        select
            generation,
            max({{ outhaul._outcome_counts() | join(' + ') }}) as settled
        from {{ outhaul.ledger_relation('outhaul_syncs') }}
        {{ of_this }}
        group by generation

    ),

    -- The highest generation that some table knows, and when it was built.
    known as (

        select
            max(generation) as highest,
            max(built_at) as built_at
        from (
            select generation, built_at from {{ outhaul.ledger_relation('outhaul_builds') }} {{ of_this }}
            union all
            {%- for table in ['outhaul_claims', 'outhaul_syncs'] %}
            select generation, cast(null as {{ outhaul.type_instant() }}) as built_at
            from {{ outhaul.ledger_relation(table) }} {{ of_this }}
            {{- '\n            union all' if not loop.last }}
            {%- endfor %}
        ) as generations

    ),

    controls as (

        select
            max(case when action = 'resync' then recorded_at end) as asked_at,
            max(case
                when action = 'transfer' and subject = {{ outhaul.literal(outhaul._receiver()) }} then recorded_at
            end) as transferred_at,
            max(case when action = 'rename' and subject = {{ name }} then recorded_at end) as renamed_at,
            max(case when action = 'resend' then recorded_at end) as resend_at,
            max(case when action = 'resume' then recorded_at end) as resumed_at,
            max(case when action = 'retire' and subject = 'keep' then recorded_at end) as kept_at,
            max(case when action = 'retire' and subject = 'remove' then recorded_at end) as removed_at
        from {{ outhaul.ledger_relation('outhaul_controls') }}
        {{ of_this }} or (action = 'rename' and subject = {{ name }})

    )
    {%- if sees_tables %},

    {{ outhaul._found_steps(diff, is_diff=true, is_kept=true) }}
    {%- endif %}

    select
        {%- for column in outhaul.ledger_tables()['outhaul_activations'] %}
        activations.{{ column }},
        {%- endfor %}
        coalesce(claims.claimed, 0) as claimed,
        coalesce(claims.committed, 0) as committed,
        coalesce(rejections.rejected, 0) as rejected,
        case
            when controls.asked_at is not null and ({{ built_at }} is null or controls.asked_at > {{ built_at }})
                then 1
            else 0
        end as resync_due,
        case when controls.transferred_at > activations.built_at then 1 else 0 end as is_transferred,
        case
            when controls.renamed_at is not null and ({{ built_at }} is null or controls.renamed_at > {{ built_at }})
                then 1
            else 0
        end as is_renamed,
        {{ outhaul._retirement() }} as retirement,
        coalesce(known.highest, 0) as highest,
        coalesce(syncs.settled, 0) as settled,
        coalesce(rejections.refused, 0) as refused,
        case when controls.resend_at > activations.built_at then 1 else 0 end as resend_due
        {%- if sees_tables %},
        published.generation as found_generation,
        held.row_count as held_rows,
        refused.row_count as refused_rows
        {%- endif %}
    from {{ outhaul.ledger_relation('outhaul_activations') }} as activations
    left join claims
        on activations.generation = claims.generation
    left join rejections
        on activations.generation = rejections.generation
    left join syncs
        on activations.generation = syncs.generation
    cross join known
    cross join controls
    {%- if sees_tables %}
    cross join published
    cross join held
    cross join refused
    {%- endif %}
    where activations.activation = {{ name }}
{%- endmacro %}

{#- The columns of `outhaul_syncs` that count rows with an outcome. -#}
{% macro _outcome_counts() %}
    {% set counts = [] %}
    {% for outcome in ['accepted', 'rejected', 'missing'] %}
        {% for change in ['inserted', 'updated', 'removed'] %}
            {% do counts.append(outcome ~ '_' ~ change) %}
        {% endfor %}
    {% endfor %}
    {{ return(counts) }}
{% endmacro %}

{#- Whether it is retired, by the newest decision on that. -#}
{% macro _retirement() -%}
        case
            when
                controls.removed_at is not null
                and (controls.resumed_at is null or controls.removed_at > controls.resumed_at)
                and (controls.kept_at is null or controls.removed_at > controls.kept_at)
                then 'remove'
            when
                controls.kept_at is not null
                and (controls.resumed_at is null or controls.kept_at > controls.resumed_at)
                then 'keep'
        end
{%- endmacro %}
