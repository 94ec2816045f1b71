{#- Compare an append-only segment, such as events, with what was sent: only new keys count.

A changed row is not sent again and one that left is not taken back. What is in doubt
may have arrived, and would count twice if sent again: it is held until a person asks
for it by "outhaul retry". -#}
{% macro _appended_query(diff) -%}
    {%- set key = outhaul.quoted(diff.key[0]) -%}
    {%- set unconfirmed = 'unconfirmed: it may have arrived; "outhaul retry" sends it again' -%}
    with

    source as (

        {{ diff.source }}

    ),

    acknowledged as (

        select
            {{ outhaul._key_list(diff.key, 'held') }},
            held._outhaul_in_doubt
        from {{ diff.held }} as held

    )

    select
        'inserted' as _outhaul_change,
        cast(null as {{ outhaul.type_text() }}) as _outhaul_changed_columns,
        {% if outhaul._doubt_is_released(diff) -%}
        cast(null as {{ outhaul.type_text() }}) as _outhaul_held,
        {%- else -%}
        cast(
            case when acknowledged.{{ key }} is not null then {{ outhaul.literal(unconfirmed) }} end
            as {{ outhaul.type_text() }}
        ) as _outhaul_held,
        {%- endif %}
        {{ outhaul._column_lines(diff.columns, 'source') }}
    from source
    left join acknowledged
        on {{ outhaul._keys_match('source', 'acknowledged', diff.key) }}
    where
        acknowledged.{{ key }} is null
        or acknowledged._outhaul_in_doubt = 'inserted'
{%- endmacro %}

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
