{#- An activation that was retired by `outhaul retire`. -#}

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
