{#- The statement that deletes the rows whose key a query has. -#}
{% macro delete_matched(relation, query, key) %}
    {{ return(adapter.dispatch('_delete_by_key', 'outhaul')(relation, query, key, true)) }}
{% endmacro %}

{#- The statement that deletes the rows whose key a query does not have. -#}
{% macro delete_unmatched(relation, query, key) %}
    {{ return(adapter.dispatch('_delete_by_key', 'outhaul')(relation, query, key, false)) }}
{% endmacro %}

{#- By the table's own name: not every warehouse takes an alias there. -#}
{% macro default___delete_by_key(relation, query, key, is_matched) -%}
    {%- set itself = relation.include(database=false, schema=false) -%}
    delete from {{ relation }}
    where {{ '' if is_matched else 'not ' }}exists (
        select 1
        from (
            {{ query }}
        ) as matched
        where {{ outhaul._keys_match(itself, 'matched', key) }}
    )
{%- endmacro %}

{#- A condition may hold no subquery there. -#}
{% macro spark___delete_by_key(relation, query, key, is_matched) -%}
    merge into {{ relation }} as kept
    using (
        select distinct {{ outhaul._key_list(key) }}
        from (
            {{ query }}
        ) as matched
    ) as matched
        on {{ outhaul._keys_match('kept', 'matched', key) }}
    when {{ 'matched' if is_matched else 'not matched by source' }} then delete
{%- endmacro %}
