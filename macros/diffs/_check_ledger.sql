{#- Compare what the ledger knows of an activation with what is in its tables.

A ledger that went back, by a backup or by hand, would take what was sent for unsent, or
the other way round: the build is refused, unless a resync was asked for. Then all that
may have been sent counts as in doubt. Adds to the diff `found`, what is in its tables, and
`next_generation`, above every build that was ever known. -#}
{% macro _check_ledger(diff) %}
    {% set before = diff.before %}
    {% set known = [before.generation | int, before.highest | int] | max %}
    {% do diff.update({
        'next_generation': known + 1,
        'found': {'is_diff': false, 'generation': none, 'held_rows': 0, 'refused_rows': 0},
    }) %}
    {% if before.generation == 0 and outhaul._existing(diff, 'acknowledged') is none %}
        {{ return('') }}
    {% endif %}
    {% set found = before.found or outhaul._found(diff) %}
    {% do diff.update({'found': found}) %}
    {% set problem = outhaul._lost_row(diff, found) if before.generation == 0 else outhaul._contradiction(diff, found) %}
    {% if problem is none %}
        {{ return('') }}
    {% endif %}
    {% do outhaul._refuse(problem) if not diff.resync_due %}
    {% do outhaul._doubt_all(diff, found) %}
    {% do diff.update({'next_generation': [known, found.generation or 0] | max + 1}) %}
{% endmacro %}

{#- What is in the tables of an activation: whether its table is a diff, the `generation` that
    it is of (none where it is empty), and how many rows are acknowledged (`held_rows`) and
    rejected (`refused_rows`). -#}
{% macro _found(diff) %}
    {% set is_diff = outhaul._has_generation(diff) %}
    {% if outhaul._existing(diff, 'acknowledged') is none %}
        {{ return({'is_diff': is_diff, 'generation': none, 'held_rows': 0, 'refused_rows': 0}) }}
    {% endif %}
    {% set is_kept = outhaul._existing(diff, 'rejected') is not none %}
    {{ return(outhaul._as_found(outhaul._fetch(outhaul._found_query(diff, is_diff, is_kept))[0], is_diff)) }}
{% endmacro %}

{#- The same of a row of [generation, held_rows, refused_rows]. -#}
{% macro _as_found(row, is_diff=true) %}
    {{ return({
        'is_diff': is_diff,
        'generation': none if row[0] is none else row[0] | int,
        'held_rows': row[1] | int,
        'refused_rows': row[2] | int,
    }) }}
{% endmacro %}

{% macro _found_query(diff, is_diff, is_kept) -%}
    with

    {{ outhaul._found_steps(diff, is_diff, is_kept) }}

    select
        published.generation,
        held.row_count as held_rows,
        refused.row_count as refused_rows
    from published
    cross join held
    cross join refused
{%- endmacro %}

{#- Steps of a query that look into the tables: any row of a diff tells its generation. -#}
{% macro _found_steps(diff, is_diff, is_kept) -%}
    published as (

        {% if is_diff -%}
        select max(_outhaul_generation) as generation
        from (select _outhaul_generation from {{ diff.relation }} limit 1) as some_row
        {%- else -%}
        select cast(null as {{ dbt.type_bigint() }}) as generation
        {%- endif %}

    ),

    held as (

        select count(*) as row_count from {{ diff.acknowledged }}

    ),

    refused as (

        select {{ 'count(*) as row_count from ' ~ diff.rejected if is_kept else '0 as row_count' }}

    )
{%- endmacro %}

{#- Whether the table of the diff is one: where nothing is published it may be any. -#}
{% macro _has_generation(diff) %}
    {% if outhaul._existing(diff, 'relation') is none %}
        {{ return(false) }}
    {% elif diff.before.generation > 0 %}
        {{ return(true) }}
    {% endif %}
    {% set names = outhaul.columns_of(diff.relation) | map(attribute='name') | map('lower') | list %}
    {{ return('_outhaul_generation' in names) }}
{% endmacro %}

{#- What says that an activation which the ledger does not know was built before; or none.

Without a transaction, a first build that died leaves tables too, and nothing in them. -#}
{% macro _lost_row(diff, found) %}
    {% set generation = found.generation or 0 %}
    {% if not found.held_rows and diff.before.highest == 0 and generation <= (
        0 if outhaul.is_transactional() else 1
    ) %}
        {{ return(none) }}
    {% endif %}
    {% set owner = outhaul._owner_of_place(diff) %}
    {% if owner is not none %}
        {{ return(
            'its tables are those of ' ~ owner ~ '. If it is the same model under a new name, run "outhaul rename '
            ~ owner ~ ' ' ~ diff.name ~ '"; if not, give it another place'
        ) }}
    {% endif %}
    {% set place = outhaul.ledger_relation('outhaul_activations') %}
    {% set message =
        'the table ' ~ diff.acknowledged ~ ' says that it was built before, and ' ~ place
        ~ ' does not know it. If another target or project builds it with a ledger of its own, give this one'
        ~ " another schema. If the ledger is elsewhere, set the var 'outhaul_schema'. If the row was lost, restore it, or "
    %}
    {% if diff.before.highest > 0 %}
        {{ return(message ~ outhaul._resync_way(diff)) }}
    {% endif %}
    {{ return(
        message ~ 'drop ' ~ diff.relation ~ ', ' ~ diff.acknowledged ~ ' and ' ~ diff.rejected
        ~ ' to begin anew: rows which left the segment then stay at the destination'
    ) }}
{% endmacro %}

{#- What of the ledger cannot be true of the generation that it says is published; or none. -#}
{% macro _contradiction(diff, found) %}
    {% set before = diff.before %}
    {% set generation = before.generation | int %}
    {% set way = '. Restore what was changed, or ' ~ outhaul._resync_way(diff) %}
    {#- without a transaction, a build that died may have left the next one -#}
    {% set possible = [none, generation] + ([] if outhaul.is_transactional() else [generation + 1]) %}
    {% if found.generation not in possible %}
        {{ return(
            diff.relation ~ ' is of build ' ~ found.generation ~ ', and the ledger says that build '
            ~ generation ~ ' is the last one' ~ way
        ) }}
    {% endif %}
    {% if not found.is_diff and before.claimed > 0 %}
        {{ return(
            'the table ' ~ diff.relation ~ ' is gone, with the rows that were sent since the last build ('
            ~ before.claimed ~ '). Restore it, or accept that those of them'
            ~ ' which left the segment stay at the destination: ' ~ outhaul._resync_way(diff)
        ) }}
    {% endif %}
    {% if before.highest > generation %}
        {{ return(
            'the ledger knows of build ' ~ before.highest ~ ', and ' ~ outhaul.ledger_relation('outhaul_activations')
            ~ ' says that build ' ~ generation ~ ' is the last one' ~ way
        ) }}
    {% endif %}
    {% if before.settled > before.claimed or before.refused > before.claimed %}
        {{ return(
            'of build ' ~ generation ~ ' at least ' ~ [before.settled | int, before.refused | int] | max
            ~ ' rows were sent, and ' ~ outhaul.ledger_relation('outhaul_claims') ~ ' knows of '
            ~ before.claimed ~ '. Restore it; or, if all of that build arrived, run "outhaul adopt ' ~ diff.name
            ~ '"; or ' ~ outhaul._resync_way(diff)
        ) }}
    {% endif %}
    {% if outhaul.is_transactional() and before.rows_acknowledged > 0 and not found.held_rows
        and outhaul._existing(diff, 'acknowledged') is not none %}
        {{ return(
            diff.acknowledged ~ ' is empty, and held ' ~ before.rows_acknowledged ~ ' rows at the last build. Restore it,'
            ~ ' or accept that rows which left the segment stay at the destination: ' ~ outhaul._resync_way(diff)
        ) }}
    {% endif %}
    {{ return(none) }}
{% endmacro %}

{% macro _resync_way(diff) %}
    {{ return('run "outhaul resync ' ~ diff.name ~ '" to send everything again from the next build on') }}
{% endmacro %}

{#- Take every row of the diff for one that may have been sent. -#}
{% macro _doubt_all(diff, found) %}
    {% set before = diff.before %}
    {% do before.update({'generation': found.generation or before.generation}) %}
    {% if not before.key_columns %}
        {% do before.update(outhaul._configured_key(diff, found)) %}
    {% endif %}
    {% set last = 0 %}
    {% if found.is_diff %}
        {% set last = outhaul._fetch('select coalesce(max(_outhaul_seq), 0) from ' ~ diff.relation)[0][0] | int %}
    {% endif %}
    {% do diff.update({'claims': {'claimed': last, 'committed': 0, 'rejected': 0}}) %}
{% endmacro %}

{#- What the ledger would know of the tables, for an activation whose row is lost. -#}
{% macro _configured_key(diff, found) %}
    {% set columns = [] %}
    {% set key = [] %}
    {% for column in outhaul._without_own(outhaul.columns_of(diff.relation if found.is_diff else diff.acknowledged)) %}
        {% do columns.append({'name': column.name, 'stored_as': column.name, 'type': column.type}) %}
        {% for name in diff.key if name | lower == column.name | lower %}
            {% do key.append(column.name) %}
        {% endfor %}
    {% endfor %}
    {{ return({'key_columns': tojson(key), 'columns': tojson(columns), 'settings': tojson(diff.meta)}) }}
{% endmacro %}
