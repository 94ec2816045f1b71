{#- Compare an append-only segment, such as events, with what was sent: only new keys count.

A changed row is not sent again and one that left is not taken back. What is in doubt
may have arrived, and would count twice if sent again: it is held until a person asks
for it by "outhaul retry". -#}
{% macro _appended_query(diff) %}
    {% set held_key = 'acknowledged.' ~ outhaul.quoted(diff.key[0]) %}
    {% set text = outhaul.type_text() %}
    {% set held =
        'cast(null as ' ~ text ~ ')' if outhaul._doubt_is_released(diff) else
        'cast(case when ' ~ held_key ~ ' is not null then '
        ~ outhaul.literal('unconfirmed: it may have arrived; "outhaul retry" sends it again')
        ~ ' end as ' ~ text ~ ')'
    %}
    {{ return(
        "select 'inserted' as _outhaul_change, cast(null as " ~ text ~ ') as _outhaul_changed_columns, '
        ~ held ~ ' as _outhaul_held, ' ~ outhaul._columns_list(diff.columns, 'source')
        ~ ' from (' ~ diff.source ~ ') as source left join ' ~ diff.held ~ ' as acknowledged on '
        ~ outhaul._keys_match('source', 'acknowledged', diff.key)
        ~ ' where ' ~ held_key ~ " is null or acknowledged._outhaul_in_doubt = 'inserted'"
    ) }}
{% endmacro %}

{#- Whether "outhaul retry" was asked for after the last row was sent.

A sync that began later may have put other rows in doubt, for which nobody asked. -#}
{% macro _doubt_is_released(diff) %}
    {% set of_this = ' where activation = ' ~ outhaul.literal(diff.name) %}
    {% set asked = outhaul._fetch(
        'select count(*) from ' ~ outhaul.ledger_relation('outhaul_controls') ~ of_this
        ~ " and action = 'retry' and recorded_at >= (select max(recorded_at) from "
        ~ outhaul.ledger_relation('outhaul_claims') ~ of_this ~ ')'
    )[0][0] %}
    {{ return(asked > 0) }}
{% endmacro %}
