{#- The statement that deletes the rows whose key a query has. -#}
{% macro delete_matched(relation, query, key) %}
    {{ return(adapter.dispatch('delete_matched', 'outhaul')(relation, query, key)) }}
{% endmacro %}

{#- By the table's own name: not every warehouse takes an alias there. -#}
{% macro default__delete_matched(relation, query, key) -%}
    {%- set itself = relation.include(database=false, schema=false) -%}
    delete from {{ relation }}
    where exists (
        select 1
        from (
            {{ query }}
        ) as matched
        where {{ outhaul._keys_match(itself, 'matched', key) }}
    )
{%- endmacro %}

{#- A condition may hold no subquery there. -#}
{% macro spark__delete_matched(relation, query, key) -%}
    merge into {{ relation }} as kept
    using (
        select distinct {{ outhaul._key_list(key) }}
        from (
            {{ query }}
        ) as matched
    ) as matched
        on {{ outhaul._keys_match('kept', 'matched', key) }}
    when matched then delete
{%- endmacro %}

{#- The statement that deletes the rows whose key a query does not have. -#}
{% macro delete_unmatched(relation, query, key) %}
    {{ return(adapter.dispatch('delete_unmatched', 'outhaul')(relation, query, key)) }}
{% endmacro %}

{% macro default__delete_unmatched(relation, query, key) -%}
    {%- set itself = relation.include(database=false, schema=false) -%}
    delete from {{ relation }}
    where not exists (
        select 1
        from (
            {{ query }}
        ) as matched
        where {{ outhaul._keys_match(itself, 'matched', key) }}
    )
{%- endmacro %}

{% macro spark__delete_unmatched(relation, query, key) -%}
    merge into {{ relation }} as kept
    using (
        select distinct {{ outhaul._key_list(key) }}
        from (
            {{ query }}
        ) as matched
    ) as matched
        on {{ outhaul._keys_match('kept', 'matched', key) }}
    when not matched by source then delete
{%- endmacro %}
