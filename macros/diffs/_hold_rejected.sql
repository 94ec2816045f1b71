{#- Hold the rows that were rejected as they are now and whose retry time has not come.

`outhaul retry` releases what was rejected before it. -#}

{#- The rejected rows whose time has not come, and for which "outhaul retry" was not asked since. -#}
{% macro _waiting_query(diff) -%}
        select
            {{ outhaul._column_lines(diff.columns, 'rejected', 12) }},
            rejected._outhaul_change,
            {{ outhaul._held_reason() }} as _outhaul_held
        from {{ diff.rejected }} as rejected
        cross join (
            select max(recorded_at) as recorded_at
            from {{ outhaul.ledger_relation('outhaul_controls') }}
            where activation = {{ outhaul.literal(diff.name) }} and action = 'retry'
        ) as asked
        where
            rejected._outhaul_retry_at > {{ outhaul.now_utc() }}
            and (asked.recorded_at is null or asked.recorded_at < rejected._outhaul_rejected_at)
{%- endmacro %}

{#- Whether a change is of the content that was rejected. -#}
{% macro _is_waited_for(diff) -%}
                waiting._outhaul_held is not null
                and (compared._outhaul_change = 'removed') = (waiting._outhaul_change = 'removed')
                and not {{ outhaul._content_differs('compared', 'waiting', diff.columns, 20) }}
{%- endmacro %}

{#- Why a row is held, for people: kind, code and when it is tried again. -#}
{% macro _held_reason() %}
    {{ return(
        "rejected._outhaul_kind || ': ' || rejected._outhaul_code || ', again after '"
        ~ ' || substring(cast(rejected._outhaul_retry_at as ' ~ outhaul.type_text() ~ "), 1, 16) || ' UTC'"
    ) }}
{% endmacro %}

{#- A rejection whose row is no longer a change is forgotten. -#}
{% macro _forget_rejected(diff) %}
    {% if diff.found.refused_rows == 0 or not diff.rejected_is_kept %}
        {{ return('') }}
    {% endif %}
    {% set changed_keys -%}
        select {{ outhaul._key_list(diff.key) }}
        from {{ diff.changes }}
        where _outhaul_change is not null
    {%- endset %}
    {% do outhaul._execute(outhaul.delete_unmatched(diff.rejected, changed_keys, diff.key)) %}
{% endmacro %}
