{#- Write the acknowledged and the doubtful rows of a generation into `d__acknowledged`. -#}
{% macro _fold_deliveries(diff, columns, key, claims) %}
    {% if not outhaul.folds_by_merge() %}
        {% do outhaul._replace_delivered(diff, columns, key, claims) %}
    {% else %}
        {% do outhaul._merge_delivered(diff, columns, key, claims) %}
    {% endif %}
{% endmacro %}

{#- Delete and insert, within the transaction: measured faster than merge. -#}
{% macro _replace_delivered(diff, columns, key, claims) %}
    {#- by the table's own name: not every warehouse takes an alias in a delete -#}
    {% set same_key = outhaul._keys_match(
        diff.acknowledged.include(schema=false, database=false), 'delivered', key
    ) %}
    {% set delivered = outhaul._delivered(diff, claims) %}
    {% set leaves_in_doubt = "delivered._outhaul_change = 'removed' and delivered._outhaul_is_in_doubt" %}
    {% set mark_doubt -%}
        update {{ diff.acknowledged }}
        set _outhaul_in_doubt = 'removed'
        where exists (
            select 1
            from (
                {{ delivered }}
            ) as delivered
            where {{ same_key }} and {{ leaves_in_doubt }}
        )
    {%- endset %}
    {% set delete_earlier -%}
        delete from {{ diff.acknowledged }}
        where exists (
            select 1
            from (
                {{ delivered }}
            ) as delivered
            where {{ same_key }} and not ({{ leaves_in_doubt }})
        )
    {%- endset %}
    {% set insert_delivered -%}
        insert into {{ diff.acknowledged }} (
            {{ outhaul._column_lines(columns, indent=12) }},
            _outhaul_in_doubt,
            _outhaul_acknowledged_at
        )
        select
            {{ outhaul._column_lines(columns, 'delivered', 12) }},
            {{ outhaul._delivered_doubt() }} as _outhaul_in_doubt,
            {{ outhaul._delivered_at() }} as _outhaul_acknowledged_at
        from (
                {{ delivered }}
        ) as delivered
        where delivered._outhaul_change <> 'removed'
    {%- endset %}
    {% if outhaul._count(diff.acknowledged) > 0 %}
        {% do outhaul._execute(mark_doubt) if claims.claimed > claims.committed or claims.rejected > 0 %}
        {% do outhaul._execute(delete_earlier) %}
    {% endif %}
    {% do outhaul._execute(insert_delivered) %}
{% endmacro %}

{#- One statement, where each is a transaction of its own. -#}
{% macro _merge_delivered(diff, columns, key, claims) %}
    {% set statement -%}
        merge into {{ diff.acknowledged }} as acknowledged
        using (
                {{ outhaul._delivered(diff, claims) }}
        ) as delivered
            on {{ outhaul._keys_match('acknowledged', 'delivered', key) }}
        when matched and delivered._outhaul_change = 'removed' and delivered._outhaul_is_in_doubt then update set
            _outhaul_in_doubt = 'removed'
        when matched and delivered._outhaul_change = 'removed' then delete
        when matched then update set
            {%- for column in columns %}
            {{ outhaul.quoted(column.name) }} = delivered.{{ outhaul.quoted(column.name) }},
            {%- endfor %}
            _outhaul_in_doubt = {{ outhaul._delivered_doubt() }},
            _outhaul_acknowledged_at = {{ outhaul._delivered_at() }}
        when not matched and delivered._outhaul_change <> 'removed' then insert (
            {{ outhaul._column_lines(columns, indent=12) }},
            _outhaul_in_doubt,
            _outhaul_acknowledged_at
        ) values (
            {{ outhaul._column_lines(columns, 'delivered', 12) }},
            {{ outhaul._delivered_doubt() }},
            {{ outhaul._delivered_at() }}
        )
    {%- endset %}
    {% do outhaul._execute(statement) %}
{% endmacro %}

{#- The change that is in doubt, or none. -#}
{% macro _delivered_doubt() %}
    {{ return('case when delivered._outhaul_is_in_doubt then delivered._outhaul_change end') }}
{% endmacro %}

{#- When the destination took the row, as far as the ledger knows. -#}
{% macro _delivered_at() %}
    {{ return('case when not delivered._outhaul_is_in_doubt then ' ~ outhaul.now_utc() ~ ' end') }}
{% endmacro %}

{#- The rows of the published generation that changed what the destination may hold. -#}
{% macro _delivered(diff, claims) -%}
    {%- set in_doubt = 'published._outhaul_seq > ' ~ claims.committed -%}
                select
                    published.*,
                    {% if claims.rejected == 0 -%}
                    {{ in_doubt }} as _outhaul_is_in_doubt
                    {%- else -%}
                    ({{ in_doubt }} or rejected.seq is not null) as _outhaul_is_in_doubt
                    {%- endif %}
                from {{ diff.relation }} as published
                {%- if claims.rejected > 0 %}
                left join (
                    {{ outhaul._rejected_positions(diff) }}
                ) as rejected
                    on published._outhaul_seq = rejected.seq
                {%- endif %}
                where
                    published._outhaul_generation = {{ diff.before.generation }}
                    and published._outhaul_seq <= {{ claims.claimed }}
                    {%- if claims.rejected > 0 %}
                    and (rejected.seq is null or rejected.is_in_doubt)
                    {%- endif %}
{%- endmacro %}

{#- One row per rejected position of the published generation. -#}
{% macro _rejected_positions(diff) -%}
                    select
                        seq,
                        max(case when is_in_doubt then 1 else 0 end) = 1 as is_in_doubt
                    from (
            {{ outhaul._refusals(diff.name) }}
                    ) as refusals
                    where generation = {{ diff.before.generation }}
                    group by seq
{%- endmacro %}
