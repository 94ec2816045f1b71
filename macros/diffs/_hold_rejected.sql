{#- Hold the rows that were rejected as they are now and whose retry time has not come.

`outhaul retry` releases what was rejected before it. A rejection whose row is
no longer a change is forgotten. -#}
{% macro _hold_rejected(diff) %}
    {% if diff.rejected_rows == 0 %}
        {{ return('') }}
    {% endif %}
    {% set waits =
        'rejected._outhaul_retry_at > ' ~ outhaul.now_utc()
        ~ ' and (asked.recorded_at is null or asked.recorded_at < rejected._outhaul_rejected_at)'
    %}
    {% set holding =
        outhaul._keys_match('changes', 'rejected', diff.key) ~ ' and ' ~ waits
        ~ " and (changes._outhaul_change = 'removed') = (rejected._outhaul_change = 'removed')"
        ~ ' and not ' ~ outhaul._content_differs('changes', 'rejected', diff.columns)
    %}
    {% do outhaul._execute(outhaul._hold_changes(diff, holding)) %}
    {% do outhaul._execute(outhaul.delete_unmatched(
        diff.rejected, 'select ' ~ outhaul._key_list(diff.key) ~ ' from ' ~ diff.changes, diff.key
    )) %}
{% endmacro %}

{#- The statement that writes the reason into the changes that a rejection holds. -#}
{% macro _hold_changes(diff, holding) %}
    {% if not outhaul.folds_by_merge() %}
        {{ return(
            'update ' ~ diff.changes ~ ' as changes set _outhaul_held = ' ~ outhaul._held_reason()
            ~ ' from ' ~ diff.rejected ~ ' as rejected cross join (' ~ outhaul._last_retry(diff)
            ~ ') as asked where ' ~ holding
        ) }}
    {% endif %}
    {{ return(
        'merge into ' ~ diff.changes ~ ' as changes using (select '
        ~ outhaul._columns_list(diff.columns, 'rejected') ~ ', rejected._outhaul_change'
        ~ ', rejected._outhaul_rejected_at, rejected._outhaul_retry_at, ' ~ outhaul._held_reason()
        ~ ' as _outhaul_held, asked.recorded_at as _outhaul_asked_at from ' ~ diff.rejected
        ~ ' as rejected cross join (' ~ outhaul._last_retry(diff) ~ ') as asked) as rejected on '
        ~ holding | replace('asked.recorded_at', 'rejected._outhaul_asked_at')
        ~ ' when matched then update set _outhaul_held = rejected._outhaul_held'
    ) }}
{% endmacro %}

{#- When "outhaul retry" was last asked for: one row, null where nobody did. -#}
{% macro _last_retry(diff) %}
    {{ return(
        'select max(recorded_at) as recorded_at from ' ~ outhaul.ledger_relation('outhaul_controls')
        ~ ' where activation = ' ~ outhaul.literal(diff.name) ~ " and action = 'retry'"
    ) }}
{% endmacro %}

{#- Why a row is held, for people: kind, code and when it is tried again. -#}
{% macro _held_reason() %}
    {{ return(
        "rejected._outhaul_kind || ': ' || rejected._outhaul_code || ', again after '"
        ~ ' || substring(cast(rejected._outhaul_retry_at as ' ~ outhaul.type_text() ~ "), 1, 16) || ' UTC'"
    ) }}
{% endmacro %}
