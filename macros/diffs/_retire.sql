{#- An activation that was retired by `outhaul retire`. -#}

{#- Its members are to be removed: take the segment for empty, whatever the select has. -#}
{% macro _empty_segment(diff) %}
    {% do diff.update({
        'source': 'select ' ~ outhaul._columns_list(diff.columns, 'work') ~ ' from ' ~ diff.work ~ ' as work where 1 = 0',
        'all_valid': true,
        'segment_rows': 0,
        'invalid_rows': 0,
    }) %}
{% endmacro %}

{#- What it has sent is to stay: keep the diff as it is, and say how it is taken up again. -#}
{% macro _leave_retired(diff) %}
    {% do exceptions.warn(
        'outhaul.diff in model ' ~ diff.name ~ ': left as it is, because it was retired. "outhaul resume '
        ~ diff.name ~ '" takes it up again; otherwise delete the model.'
    ) %}
    {% do outhaul.end_transaction() %}
    {% do outhaul._give_back_leases(diff.name) %}
    {% do outhaul.end_transaction() %}
    {% do outhaul._no_main_statement() %}
{% endmacro %}
