{#- Number the rows, put the table in place, record the generation, give the lease back. -#}
{% macro _publish(diff) %}
    {% set generation = diff.next_generation %}
    {% do outhaul._confirm_lease(diff) %}
    {% do outhaul.replace_table(
        diff.relation, outhaul._numbered_query(diff, generation), 'main', '_outhaul_seq'
    ) %}
    {% do outhaul.prepare_reading(diff.relation, diff.key, '_outhaul_seq') %}
    {% do outhaul._keep_adopted(diff) %}
    {% do outhaul._record_generation(diff, generation) %}
    {% do outhaul._record_build(diff) %}
    {% do outhaul._drop_moved(diff) %}
    {% do outhaul.end_transaction() %}
    {% set counts = diff.counts %}
    {% do log(
        'outhaul: ' ~ diff.name ~ ' build ' ~ generation ~ ': ' ~ counts.inserted ~ ' inserted, '
        ~ counts.updated ~ ' updated, ' ~ counts.removed ~ ' removed'
        ~ (', ' ~ counts.held ~ ' held after a rejection' if counts.held else '')
        ~ (', ' ~ diff.invalid_rows ~ ' invalid' if diff.invalid_rows else ''),
        info=true
    ) %}
{% endmacro %}

{#- The rows of the diff with their positions, dense from 1; held and invalid rows have none.

Removals come first, so that a record that leaves under one spelling and enters
under another ends up in; removals that a guard holds come last. -#}
{% macro _numbered_query(diff, generation) -%}
    {%- if diff.is_first -%}
    select
        {{ outhaul._own_columns('row_number() over (' ~ outhaul.any_order() ~ ')', generation, "'inserted'") }},
        {{ outhaul._column_lines(diff.columns, 'changes') }}
    from (

        {{ diff.source }}

    ) as changes
    {%- else -%}
    select
        {{ outhaul._own_columns(
            outhaul._position(diff), generation, 'changes._outhaul_change',
            'changes._outhaul_changed_columns', 'changes._outhaul_held'
        ) }},
        {{ outhaul._column_lines(diff.columns, 'changes') }}
    from {{ diff.changes }} as changes
    {%- endif %}
    {%- if diff.invalid_rows > 0 %}
    union all
    select
        {{ outhaul._own_columns('null', generation, 'null', 'null', 'invalid._outhaul_held') }},
        {{ outhaul._column_lines(diff.columns, 'invalid') }}
    from {{ diff.invalid }} as invalid
    {%- endif %}
{%- endmacro %}

{#- The position of a row that is not held. -#}
{% macro _position(diff) -%}
            case
                when changes._outhaul_held is null then row_number() over (
                    order by case
                        when changes._outhaul_held is not null then 4
                        when changes._outhaul_change = 'removed' then {{ 3 if diff.hold == 'removals' else 0 }}
                        when changes._outhaul_change = 'inserted' then 1
                        else 2
                    end
                )
            end
{%- endmacro %}

{#- The columns of a diff that are outhaul's own, in order. -#}
{% macro _own_columns(position, generation, change='null', changed_columns='null', held='null') %}
    {% set text = outhaul.type_text() %}
    {% set number = dbt.type_bigint() %}
    {{ return([
        'cast(' ~ position ~ ' as ' ~ number ~ ') as _outhaul_seq',
        'cast(' ~ generation ~ ' as ' ~ number ~ ') as _outhaul_generation',
        'cast(' ~ change ~ ' as ' ~ text ~ ') as _outhaul_change',
        'cast(' ~ changed_columns ~ ' as ' ~ text ~ ') as _outhaul_changed_columns',
        'cast(' ~ held ~ ' as ' ~ text ~ ') as _outhaul_held',
    ] | join(',\n' ~ ' ' * 8)) }}
{% endmacro %}

{#- Write the activation's row of the ledger: what a sync needs to know of this build.

`built_at` is when the build took the lease: what a person asks for later, a resync
say, is seen by the next build, even where this one is still at work. -#}
{% macro _record_generation(diff, generation) %}
    {% set counts = diff.counts %}
    {% set last_seq = counts.removed + counts.inserted + counts.updated %}
    {% set sendable = last_seq %}
    {% if diff.hold == 'all' %}
        {% set sendable = 0 %}
    {% elif diff.hold == 'removals' %}
        {% set sendable = counts.inserted + counts.updated %}
    {% endif %}
    {% set place = outhaul.stored_place(diff.relation) %}
    {% set texts = {
        'model_id': model.unique_id,
        'project_name': project_name,
        'target_name': target.name,
        'segment': outhaul._segment_name(),
        'destination': diff.meta.destination,
        'service': diff.meta.service,
        'relation_database': place.database,
        'relation_schema': place.schema,
        'relation_name': place.identifier,
        'key_columns': tojson(outhaul._written_names(diff.key)),
        'columns': tojson(outhaul._recorded_columns(diff.columns)),
        'settings': tojson(diff.meta),
        'hold': diff.hold,
        'hold_reason': diff.hold_reason,
        'built_by': invocation_id,
    } %}
    {% set numbers = {
        'ledger_version': outhaul.ledger_version(),
        'generation': generation,
        'rows_in_segment': diff.segment_rows,
        'rows_acknowledged': diff.acknowledged_rows,
        'rows_inserted': counts.inserted,
        'rows_updated': counts.updated,
        'rows_removed': counts.removed,
        'rows_held': counts.held,
        'rows_invalid': diff.invalid_rows,
        'sendable_seq': sendable,
        'last_seq': last_seq,
        'built_at': dbt.dateadd(
            'minute', 0 - outhaul._lease_minutes(), diff.get('lease_expires_at', 'lease_expires_at')
        ),
        'orphaned_at': 'null',
        'lease_holder': 'null',
        'lease_expires_at': 'null',
    } %}
    {% set parts = [] %}
    {% for column, value in texts.items() %}
        {% do parts.append(column ~ ' = ' ~ ('null' if value is none else outhaul.literal(value))) %}
    {% endfor %}
    {% for column, value in numbers.items() %}
        {% do parts.append(column ~ ' = ' ~ value) %}
    {% endfor %}
    {% set statement -%}
        update {{ outhaul.ledger_relation('outhaul_activations') }}
        set
            {{ parts | join(',\n' ~ ' ' * 12) }}
        where activation = {{ outhaul.literal(diff.name) }}
    {%- endset %}
    {% do outhaul._execute(outhaul.contended(statement)) %}
{% endmacro %}

{#- The columns as the ledger keeps them: the name that was written, the type, and how the
    warehouse stores the name where that differs. -#}
{% macro _recorded_columns(columns) %}
    {% set recorded = [] %}
    {% for column in columns %}
        {% set name = outhaul.written_name(column.name) %}
        {% set entry = {'name': name, 'type': column.type} %}
        {% do entry.update({'stored_as': column.name}) if name != column.name %}
        {% do recorded.append(entry) %}
    {% endfor %}
    {{ return(recorded) }}
{% endmacro %}
