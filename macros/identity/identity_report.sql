{#- How well identities are resolved: profiles by size, rules by yield, conflicts; as a query. -#}
{% macro identity_report(keys, lookup) %}
    {{ return(adapter.dispatch('identity_report', 'outhaul')(keys, lookup)) }}
{% endmacro %}

{% macro default__identity_report(keys, lookup) %}
    {% if not execute %}
        {{ return('') }}
    {% endif %}
    {% set plan = outhaul._new_plan('identity_report') %}
    {% set scope = outhaul._new_scope(plan, keys, 'keys') %}
    {% set owner = outhaul._new_scope(plan, lookup, 'lookup') %}
    {% set own = outhaul._key_columns(scope) %}
    {% set profile_id = outhaul._column(owner, 'profile_id', 'lookup') %}
    {% do outhaul._settle_plan(plan) %}
    {% do plan.ctes.append({
        'name': '_outhaul_sized_1',
        'body': '    select ' ~ profile_id.sql ~ ' as profile_id, count(*) as record_count\n'
            ~ outhaul._from_lines(owner) ~ '\n    group by ' ~ profile_id.sql,
    }) %}
    {% do plan.ctes.append({'name': '_outhaul_keyed_1', 'body': '    ' ~ outhaul._distinct_keys(scope, own)}) %}
    {% do plan.ctes.append({'name': '_outhaul_report_1', 'body': '    ' ~ outhaul._report_rows()}) %}
    {{ return(outhaul._query(plan)) }}
{% endmacro %}

{% macro _distinct_keys(scope, own) -%}
    select distinct
        {{ own.rule }} as rule,
        {{ own.identity_key }} as identity_key,
        {{ own.record_count }} as record_count,
        {{ own.is_conflict }} as is_conflict
{{ outhaul._from_lines(scope) }}
    where {{ own.identity_key }} is not null
{%- endmacro %}

{#- A rule's pairs are those that it joins directly; several rules may join the same pair. -#}
{% macro _report_rows() -%}
    {% set text, number = outhaul.type_text(), dbt.type_bigint() -%}
    select
        cast('profiles by size' as {{ text }}) as topic,
        cast(case
            when record_count <= 5 then cast(record_count as {{ text }})
            when record_count <= 10 then '6 to 10'
            when record_count <= 100 then '11 to 100'
            else 'more than 100'
        end as {{ text }}) as name,
        cast(count(*) as {{ number }}) as profile_count,
        cast(null as {{ number }}) as key_count,
        cast(sum(record_count) as {{ number }}) as record_count,
        cast(sum(record_count * (record_count - 1) / 2) as {{ number }}) as pair_count
    from _outhaul_sized_1
    group by 2

    union all

    select
        case when is_conflict then 'conflicts' else 'rules' end,
        rule,
        null,
        cast(count(*) as {{ number }}),
        cast(sum(record_count) as {{ number }}),
        cast(sum(case when is_conflict then 0 else record_count * (record_count - 1) / 2 end) as {{ number }})
    from _outhaul_keyed_1
    group by 1, 2
{%- endmacro %}
