{#- Write the acknowledged and the doubtful rows of a generation into `d__acknowledged`. -#}
{% macro _fold_deliveries(diff, key) %}
    {% set own = [{'name': '_outhaul_in_doubt'}, {'name': '_outhaul_acknowledged_at'}] %}
    {% do outhaul.merge_rows(
        diff.acknowledged, outhaul._delivered_query(diff), key, diff.state_columns + own,
        is_empty=diff.found.held_rows == 0
    ) %}
{% endmacro %}

{#- The rows of the published generation that changed what the destination may hold; what has
left it, as far as the ledger knows, is gone. -#}
{% macro _delivered_query(diff) -%}
    {%- set claims = diff.claims -%}
    with

    {% if claims.rejected > 0 -%}
    refusals as (

            {{ outhaul._refusals(diff.name) }}

    ),

    -- One row for each rejected position of the published generation.
    rejected as (

        select
            seq,
            max(case when is_in_doubt then 1 else 0 end) as is_in_doubt
        from refusals
        where generation = {{ diff.before.generation }}
        group by seq

    ),

    {% endif -%}
    delivered as (

        select
            published.*,
            {% if claims.rejected > 0 -%}
            (published._outhaul_seq > {{ claims.committed }} or rejected.seq is not null) as _outhaul_is_in_doubt
            {%- else -%}
            published._outhaul_seq > {{ claims.committed }} as _outhaul_is_in_doubt
            {%- endif %}
        from {{ diff.relation }} as published
        {%- if claims.rejected > 0 %}
        left join rejected
            on published._outhaul_seq = rejected.seq
        {%- endif %}
        where
            published._outhaul_generation = {{ diff.before.generation }}
            and published._outhaul_seq <= {{ claims.claimed }}
            {%- if claims.rejected > 0 %}
            and (rejected.seq is null or rejected.is_in_doubt = 1)
            {%- endif %}

    )

    select
        {{ outhaul._column_lines(diff.state_columns, 'delivered') }},
        case when delivered._outhaul_is_in_doubt then delivered._outhaul_change end as _outhaul_in_doubt,
        case when not delivered._outhaul_is_in_doubt then {{ outhaul.now_utc() }} end as _outhaul_acknowledged_at,
        delivered._outhaul_change = 'removed' and not delivered._outhaul_is_in_doubt as _outhaul_is_gone
    from delivered
{%- endmacro %}
