{#- Whether a row of `outhaul_rejections`, called `rejections`, still counts.

`outhaul adopt` makes the refusals void that its generation had until then: their rows
count as delivered. -#}
{% macro _still_refused() %}
    {{ return(
        'not exists (select 1 from ' ~ outhaul.ledger_relation('outhaul_controls') ~ ' as controls'
        ~ ' where controls.activation = rejections.activation'
        ~ ' and controls.generation = rejections.generation'
        ~ " and controls.action = 'adopt' and controls.recorded_at >= rejections.recorded_at)"
    ) }}
{% endmacro %}
