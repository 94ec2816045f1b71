{#- A resync was asked for: what is acknowledged counts as doubtful, so it is sent again.

Rows that have left the segment are still removed, because the state stays. -#}
{% macro _apply_resync(diff) %}
    {% if diff.resync_due and load_cached_relation(diff.acknowledged) is not none %}
        {% do outhaul._execute(
            'update ' ~ diff.acknowledged ~ " set _outhaul_in_doubt = 'inserted'"
        ) %}
    {% endif %}
{% endmacro %}
