{#- A query of how far each generation was `claimed` and `committed`; where: which rows count.

Under the last lease alone, since each sync begins with what was claimed before it. One
that ended in good order says what it did not send of its claim. -#}
{% macro _claims(where='') -%}
        select
            activation,
            generation,
            coalesce(
                max(case when fence = last_fence then sent_seq end),
                max(case when fence = last_fence then claimed_seq end)
            ) as claimed,
            max(committed_seq) as committed
        from (
            select
                activation,
                generation,
                coalesce(fence, 0) as fence,
                claimed_seq,
                committed_seq,
                sent_seq,
                max(coalesce(fence, 0)) over (partition by activation, generation) as last_fence
            from {{ outhaul.ledger_relation('outhaul_claims') }}
            {{ where }}
        ) as of_leases
        group by activation, generation
{%- endmacro %}
