{#- The tables of the ledger: a mapping of table name to its columns and types.

The meaning of every column is in docs/ledger.md. A change here is a change of
`ledger_version` and is described in CHANGELOG.md. -#}
{% macro ledger_tables() %}
    {% set text = outhaul.type_text() %}
    {% set number = dbt.type_bigint() %}
    {% set seconds = dbt.type_float() %}
    {% set instant = outhaul.type_instant() %}
    {% set flag = dbt.type_boolean() %}

    {% set syncs = {
        'sync_id': text,
        'activation': text,
        'generation': number,
        'fence': number,
        'destination': text,
        'service': text,
        'binding': text,
        'account': text,
        'target': text,
        'target_id': text,
        'fields': text,
        'created': text,
        'status': text,
        'message': text,
        'requests': number,
        'seconds': seconds,
        'recorded_at': instant,
    } %}
    {% for outcome in ['planned', 'accepted', 'rejected', 'missing'] %}
        {% for change in ['inserted', 'updated', 'removed'] %}
            {% do syncs.update({outcome ~ '_' ~ change: number}) %}
        {% endfor %}
    {% endfor %}

    {{ return({
        'outhaul_activations': {
            'activation': text,
            'ledger_version': number,
            'model_id': text,
            'project_name': text,
            'target_name': text,
            'segment': text,
            'destination': text,
            'service': text,
            'relation_database': text,
            'relation_schema': text,
            'relation_name': text,
            'generation': number,
            'key_columns': text,
            'columns': text,
            'settings': text,
            'state_columns': text,
            'next_check': text,
            'rows_in_segment': number,
            'rows_acknowledged': number,
            'rows_inserted': number,
            'rows_updated': number,
            'rows_removed': number,
            'rows_held': number,
            'rows_invalid': number,
            'sendable_seq': number,
            'last_seq': number,
            'hold': text,
            'hold_reason': text,
            'built_at': instant,
            'built_by': text,
            'orphaned_at': instant,
            'lease_holder': text,
            'lease_fence': number,
            'lease_expires_at': instant,
        },
        'outhaul_builds': {
            'activation': text,
            'generation': number,
            'segment': text,
            'parent': text,
            'rows_in_segment': number,
            'rows_in_parent': number,
            'rows_acknowledged': number,
            'rows_inserted': number,
            'rows_updated': number,
            'rows_removed': number,
            'rows_held': number,
            'rows_invalid': number,
            'hold': text,
            'built_at': instant,
            'built_by': text,
        },
        'outhaul_claims': {
            'activation': text,
            'generation': number,
            'fence': number,
            'claimed_seq': number,
            'committed_seq': number,
            'sent_seq': number,
            'recorded_at': instant,
        },
        'outhaul_rejections': {
            'activation': text,
            'generation': number,
            'fence': number,
            'seq': number,
            'change': text,
            'kind': text,
            'code': text,
            'message': text,
            'is_in_doubt': flag,
            'recorded_at': instant,
        },
        'outhaul_syncs': syncs,
        'outhaul_jobs': {
            'activation': text,
            'generation': number,
            'fence': number,
            'job': text,
            'positions': text,
            'recorded_at': instant,
        },
        'outhaul_controls': {
            'control_id': text,
            'activation': text,
            'action': text,
            'generation': number,
            'reason': text,
            'actor': text,
            'counts': text,
            'subject': text,
            'recorded_at': instant,
        },
    }) }}
{% endmacro %}

{#- The version of these tables; the dispatcher refuses a ledger newer than it knows. -#}
{% macro ledger_version() %}
    {{ return(2) }}
{% endmacro %}
