{#- A resync was asked for, or a sync found a field made anew: what is acknowledged
counts as doubtful, so it is sent again.

Rows that have left the segment are still removed, because the state stays. Of an
append-only diff the state goes: what is in doubt would be held there. -#}
{% macro _apply_resync(diff) %}
    {% if not (diff.resync_due or diff.resend_due) or outhaul._existing(diff, 'acknowledged') is none %}
        {{ return('') }}
    {% endif %}
    {% set forget -%}
        delete from {{ diff.acknowledged }}
        where 1 = 1
    {%- endset %}
    {% set doubt -%}
        update {{ diff.acknowledged }}
        set _outhaul_in_doubt = 'inserted'
        where 1 = 1
    {%- endset %}
    {% do outhaul._execute(forget if diff.append_only else doubt) %}
    {% do diff.found.update({'held_rows': 0}) if diff.append_only %}
{% endmacro %}
