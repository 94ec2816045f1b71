{#- The tables of the ledger: a mapping of table name to its columns and the kind of each, which
`ledger_types` has the type of.

The meaning of every column is in docs/ledger.md. A change here is a change of
`ledger_version` and is described in CHANGELOG.md. -#}
{% macro ledger_tables() %}
    {% set syncs = {
        'sync_id': 'text',
        'activation': 'text',
        'generation': 'bigint',
        'fence': 'bigint',
        'destination': 'text',
        'service': 'text',
        'binding': 'text',
        'account': 'text',
        'target': 'text',
        'target_id': 'text',
        'fields': 'text',
        'created': 'text',
        'status': 'text',
        'message': 'text',
        'requests': 'bigint',
        'seconds': 'float',
        'recorded_at': 'timestamp',
    } %}
    {% for outcome in ['planned', 'accepted', 'rejected', 'missing'] %}
        {% for change in ['inserted', 'updated', 'removed'] %}
            {% do syncs.update({outcome ~ '_' ~ change: 'bigint'}) %}
        {% endfor %}
    {% endfor %}

    {{ return({
        'outhaul_activations': {
            'activation': 'text',
            'ledger_version': 'bigint',
            'model_id': 'text',
            'project_name': 'text',
            'target_name': 'text',
            'segment': 'text',
            'destination': 'text',
            'service': 'text',
            'relation_database': 'text',
            'relation_schema': 'text',
            'relation_name': 'text',
            'generation': 'bigint',
            'key_columns': 'text',
            'columns': 'text',
            'settings': 'text',
            'state_columns': 'text',
            'suppression': 'text',
            'next_check': 'text',
            'rows_in_segment': 'bigint',
            'rows_acknowledged': 'bigint',
            'rows_inserted': 'bigint',
            'rows_updated': 'bigint',
            'rows_removed': 'bigint',
            'rows_held': 'bigint',
            'rows_invalid': 'bigint',
            'rows_suppressed': 'bigint',
            'sendable_seq': 'bigint',
            'last_seq': 'bigint',
            'hold': 'text',
            'hold_reason': 'text',
            'built_at': 'timestamp',
            'built_by': 'text',
            'orphaned_at': 'timestamp',
            'lease_holder': 'text',
            'lease_fence': 'bigint',
            'lease_expires_at': 'timestamp',
        },
        'outhaul_builds': {
            'activation': 'text',
            'generation': 'bigint',
            'segment': 'text',
            'parent': 'text',
            'rows_in_segment': 'bigint',
            'rows_in_parent': 'bigint',
            'rows_acknowledged': 'bigint',
            'rows_inserted': 'bigint',
            'rows_updated': 'bigint',
            'rows_removed': 'bigint',
            'rows_held': 'bigint',
            'rows_invalid': 'bigint',
            'rows_suppressed': 'bigint',
            'hold': 'text',
            'built_at': 'timestamp',
            'built_by': 'text',
        },
        'outhaul_claims': {
            'activation': 'text',
            'generation': 'bigint',
            'fence': 'bigint',
            'claimed_seq': 'bigint',
            'committed_seq': 'bigint',
            'sent_seq': 'bigint',
            'recorded_at': 'timestamp',
        },
        'outhaul_rejections': {
            'activation': 'text',
            'generation': 'bigint',
            'fence': 'bigint',
            'seq': 'bigint',
            'change': 'text',
            'kind': 'text',
            'code': 'text',
            'message': 'text',
            'is_in_doubt': 'boolean',
            'recorded_at': 'timestamp',
        },
        'outhaul_syncs': syncs,
        'outhaul_jobs': {
            'activation': 'text',
            'generation': 'bigint',
            'fence': 'bigint',
            'job': 'text',
            'positions': 'text',
            'recorded_at': 'timestamp',
        },
        'outhaul_controls': {
            'control_id': 'text',
            'activation': 'text',
            'action': 'text',
            'generation': 'bigint',
            'reason': 'text',
            'actor': 'text',
            'counts': 'text',
            'subject': 'text',
            'recorded_at': 'timestamp',
        },
    }) }}
{% endmacro %}

{#- The type that the warehouse has for each kind of column. -#}
{% macro ledger_types() %}
    {{ return({
        'text': outhaul.type_text(),
        'bigint': dbt.type_bigint(),
        'float': dbt.type_float(),
        'timestamp': outhaul.type_instant(),
        'boolean': dbt.type_boolean(),
    }) }}
{% endmacro %}

{#- The version of these tables; the dispatcher refuses a ledger newer than it knows. -#}
{% macro ledger_version() %}
    {{ return(3) }}
{% endmacro %}
