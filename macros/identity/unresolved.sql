{#- The records that no rule joins to another one, and why, as a query. -#}
{% macro unresolved(keys, key) %}
    {{ return(adapter.dispatch('unresolved', 'outhaul')(keys, key)) }}
{% endmacro %}

{% macro default__unresolved(keys, key) %}
    {% if not execute %}
        {{ return('') }}
    {% endif %}
    {% set plan = outhaul._new_plan('unresolved') %}
    {% set scope = outhaul._new_scope(plan, keys, 'keys', key) %}
    {% set record = outhaul._record_columns(scope, ['reason']) %}
    {% set own = outhaul._key_columns(scope) %}
    {% do outhaul._settle_plan(plan) %}
    {% do plan.ctes.append({'name': '_outhaul_alone_1', 'body': '    ' ~ outhaul._alone(scope, record, own)}) %}
    {{ return(outhaul._query(plan)) }}
{% endmacro %}

{% macro _alone(scope, record, own) -%}
    select
        {%- for each in record %}
        {{ each.sql }} as {{ each.new_name }},
        {%- endfor %}
        case
            when count({{ own.identity_key }}) = 0 then 'no identifier'
            when count(case when {{ own.is_conflict }} then 1 end) > 0 then 'over the conflict limit'
            else 'nobody else has it'
        end as reason
{{ outhaul._from_lines(scope) }}
    group by {{ record | map(attribute='sql') | join(', ') }}
    having count(case when {{ own.record_count }} > 1 and not {{ own.is_conflict }} then 1 end) = 0
{%- endmacro %}
