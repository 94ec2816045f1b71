{#- Write into the ledger what `outhaul sync` does when a destination took every row. -#}
{% macro deliver() %}
    {% if not execute %}
        {{ return('') }}
    {% endif %}
    {% call statement('deliver') %}
        insert into {{ outhaul.ledger_relation('outhaul_claims') }}
            (activation, generation, fence, claimed_seq, committed_seq, recorded_at)
        select
            activation,
            generation,
            lease_fence,
            last_seq,
            last_seq,
            {{ outhaul.now_utc() }}
        from {{ outhaul.ledger_relation('outhaul_activations') }}
        where activation = 'people_in_rome__crm'
    {% endcall %}
    {% do adapter.commit() %}
    {{ return('') }}
{% endmacro %}
