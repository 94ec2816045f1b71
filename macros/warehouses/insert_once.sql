{#- An insertion of a row that another build may insert at the same moment.

values: a mapping of column to expression; the first column tells rows apart. -#}
{% macro insert_once(relation, values) %}
    {{ return(adapter.dispatch('insert_once', 'outhaul')(relation, values)) }}
{% endmacro %}

{% macro default__insert_once(relation, values) -%}
    {%- set key = values.keys() | first -%}
    insert into {{ relation }} (
        {{ values.keys() | join(',\n' ~ ' ' * 8) }}
    )
    select
        {%- for column, expression in values.items() %}
        {{ expression }} as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    where not exists (
        select 1 as is_there
        from {{ relation }}
        where {{ key }} = {{ values[key] }}
    )
{%- endmacro %}

{#- Waits for the other transaction, and then the primary key would refuse the row. -#}
{% macro postgres__insert_once(relation, values) %}
    {{ return(outhaul.default__insert_once(relation, values) ~ '\n    on conflict do nothing') }}
{% endmacro %}

{#- Keys are not enforced there. But whoever writes a table waits for the others, and a
    transaction that begins with the statement sees what they wrote. -#}
{% macro redshift__insert_once(relation, values) %}
    {{ return(outhaul.default__insert_once(relation, values)) }}
{% endmacro %}

{#- Insertions do not wait for each other there, and a primary key is not enforced; merges wait. -#}
{% macro snowflake__insert_once(relation, values) %}
    {{ return(outhaul._merge_once(relation, values)) }}
{% endmacro %}

{#- Two insertions never disturb each other there; of two merges one sees what the other did. -#}
{% macro bigquery__insert_once(relation, values) %}
    {{ return(outhaul._merge_once(relation, values)) }}
{% endmacro %}

{% macro _merge_once(relation, values) -%}
    {%- set key = values.keys() | first -%}
    merge into {{ relation }} as present
    using (
        select {{ values[key] }} as wanted_key
    ) as wanted
        on present.{{ key }} = wanted.wanted_key
    when not matched then insert (
        {{ values.keys() | join(',\n' ~ ' ' * 8) }}
    ) values (
        {{ values.values() | join(',\n' ~ ' ' * 8) }}
    )
{%- endmacro %}
