{#- Write the activation's row of the ledger: what a sync needs to know of this build.

`built_at` is when the build took the lease: what a person asks for later, a resync
say, is seen by the next build, even where this one is still at work. -#}
{% macro _record_generation(diff, statement_name) %}
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
        'state_columns': tojson(diff.state_columns),
        'suppression': tojson(diff.suppression) if diff.suppression else none,
        'next_check': diff.next_check,
        'hold': diff.hold,
        'hold_reason': diff.hold_reason,
        'built_by': invocation_id,
    } %}
    {% set numbers = {
        'ledger_version': outhaul.ledger_version(),
        'generation': diff.next_generation,
        'rows_in_segment': diff.segment_rows,
        'rows_acknowledged': diff.found.held_rows,
        'rows_inserted': counts.inserted,
        'rows_updated': counts.updated,
        'rows_removed': counts.removed,
        'rows_held': counts.held,
        'rows_invalid': diff.invalid_rows,
        'rows_suppressed': diff.suppressed_rows,
        'sendable_seq': sendable,
        'last_seq': last_seq,
        'built_at': dbt.dateadd(
            'minute', 0 - outhaul._lease_minutes(), diff.get('lease_expires_at', 'lease_expires_at')
        ) | trim,
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
    {% do outhaul._execute(outhaul.contended(statement), statement_name) %}
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
