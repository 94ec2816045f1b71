{#- Hold the rows that were rejected as they are now and whose retry time has not come.

`outhaul retry` releases what was rejected before it. A rejection whose row is
no longer a change is forgotten. -#}
{% macro _hold_rejected(diff) %}
    {% if diff.rejected_rows == 0 %}
        {{ return('') }}
    {% endif %}
    {% set waits =
        'rejected._outhaul_retry_at > ' ~ outhaul.now_utc()
        ~ ' and coalesce((select max(recorded_at) from ' ~ outhaul.ledger_relation('outhaul_controls')
        ~ ' as controls where controls.activation = ' ~ outhaul.literal(diff.name)
        ~ " and controls.action = 'retry') < rejected._outhaul_rejected_at, true)"
    %}
    {% set same_key = outhaul._keys_match('changes', 'rejected', diff.key) %}
    {% set same_row =
        "(changes._outhaul_change = 'removed') = (rejected._outhaul_change = 'removed')"
        ~ ' and not ' ~ outhaul._content_differs('changes', 'rejected', diff.columns)
    %}
    {% if outhaul.is_transactional() %}
        {% do outhaul._execute(
            'update ' ~ diff.changes ~ ' as changes set _outhaul_held = ' ~ outhaul._held_reason()
            ~ ' from ' ~ diff.rejected ~ ' as rejected where ' ~ same_key ~ ' and ' ~ waits
            ~ ' and ' ~ same_row
        ) %}
    {% else %}
        {% do outhaul._execute(
            'merge into ' ~ diff.changes ~ ' as changes using (select * from ' ~ diff.rejected
            ~ ' as rejected where ' ~ waits ~ ') as rejected on ' ~ same_key ~ ' and ' ~ same_row
            ~ ' when matched then update set _outhaul_held = ' ~ outhaul._held_reason()
        ) %}
    {% endif %}
    {% do outhaul._execute(
        'delete from ' ~ diff.rejected ~ ' as rejected where not exists (select 1 from '
        ~ diff.changes ~ ' as changes where ' ~ same_key ~ ')'
    ) %}
{% endmacro %}

{#- Why a row is held, for people: kind, code and when it is tried again. -#}
{% macro _held_reason() %}
    {{ return(
        "rejected._outhaul_kind || ': ' || rejected._outhaul_code || ', again after '"
        ~ ' || substring(cast(rejected._outhaul_retry_at as ' ~ dbt.type_string() ~ "), 1, 16) || ' UTC'"
    ) }}
{% endmacro %}
