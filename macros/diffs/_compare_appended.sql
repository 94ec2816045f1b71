{#- Compare an append-only segment, such as events, with what was sent: only new keys count.

A changed row is not sent again and one that left is not taken back. What is in doubt
may have arrived, and would count twice if sent again: it is held until a person asks
for it by "outhaul retry". -#}
{% macro _appended_query(diff) -%}
    {%- set key = outhaul.quoted(diff.key[0]) -%}
    {%- set unconfirmed = 'unconfirmed: it may have arrived; "outhaul retry" sends it again' -%}
        select
            case when source._outhaul_held is null then 'inserted' end as _outhaul_change,
            cast(null as {{ outhaul.type_text() }}) as _outhaul_changed_columns,
            {% if outhaul._doubt_is_released(diff) -%}
            source._outhaul_held,
            {%- else -%}
            case
                when source._outhaul_held is null and acknowledged.{{ key }} is not null
                    then {{ outhaul.literal(unconfirmed) }}
                else source._outhaul_held
            end as _outhaul_held,
            {%- endif %}
            case when acknowledged.{{ key }} is null then 'key' end as _outhaul_novelty,
            {{ outhaul._column_lines(diff.columns, 'source', 12) }}
        from source
        left join acknowledged
            on {{ outhaul._keys_match('source', 'acknowledged', diff.key) }}
        where
            acknowledged.{{ key }} is null
            or acknowledged._outhaul_in_doubt = 'inserted'
            or source._outhaul_held is not null
{%- endmacro %}

{#- Whether "outhaul retry" was asked for after the last row was sent.

A sync that began later may have put other rows in doubt, for which nobody asked. -#}
{% macro _doubt_is_released(diff) %}
    {% set query -%}
        select count(*) as row_count
        from {{ outhaul.ledger_relation('outhaul_controls') }}
        where
            activation = {{ outhaul.literal(diff.name) }}
            and action = 'retry'
            and recorded_at >= (
                select max(recorded_at)
                from {{ outhaul.ledger_relation('outhaul_claims') }}
                where activation = {{ outhaul.literal(diff.name) }}
            )
    {%- endset %}
    {{ return(outhaul._fetch(query)[0][0] > 0) }}
{% endmacro %}
