{#- The views over the ledger: a mapping of view name to its query.

They are what the commands and the models of `models/activity/` read, so that these
cannot disagree. A view is made where it is missing: whoever changes a query here raises
`ledger_version` and has `create_ledger` replace the views of an older one. -#}
{% macro ledger_views() %}
    {{ return({
        'outhaul_status': outhaul._activation_status(),
        'outhaul_history': outhaul._sync_history(),
        'outhaul_reasons': outhaul._rejection_reasons(),
    }) }}
{% endmacro %}
