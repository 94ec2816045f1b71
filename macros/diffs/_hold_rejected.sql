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
        ~ ' where activation = ' ~ outhaul.literal(diff.name)
        ~ " and action = 'retry') < rejected._outhaul_rejected_at, true)"
    %}
    {% set same_key = outhaul._keys_match('changes', 'rejected', diff.key) %}
    {% do outhaul._execute(
        'update ' ~ diff.changes ~ ' as changes set _outhaul_held = ' ~ outhaul._held_reason()
        ~ ' from ' ~ diff.rejected ~ ' as rejected where ' ~ same_key ~ ' and ' ~ waits
        ~ " and (changes._outhaul_change = 'removed') = (rejected._outhaul_change = 'removed')"
        ~ ' and not ' ~ outhaul._content_differs('changes', 'rejected', diff.columns)
    ) %}
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
