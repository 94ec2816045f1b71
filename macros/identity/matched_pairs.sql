{#- Which records each rule joins directly: a row for each pair and rule, as a query. -#}
{% macro matched_pairs(keys, key) %}
    {{ return(adapter.dispatch('matched_pairs', 'outhaul')(keys, key)) }}
{% endmacro %}

{% macro default__matched_pairs(keys, key) %}
    {% if not execute %}
        {{ return('') }}
    {% endif %}
    {% set plan = outhaul._new_plan('matched_pairs') %}
    {% set scope = outhaul._new_scope(plan, keys, 'keys', key) %}
    {% set record = outhaul._record_columns(scope, []) %}
    {% set own = outhaul._key_columns(scope) %}
    {% do outhaul._settle_plan(plan) %}
    {% do plan.ctes.append({'name': '_outhaul_shared_1', 'body': '    ' ~ outhaul._shared_keys(scope, record, own)}) %}
    {% do plan.ctes.append({'name': '_outhaul_chosen_1', 'body': '    ' ~ outhaul._joined_pairs(record)}) %}
    {{ return(outhaul._query(plan)) }}
{% endmacro %}

{#- The columns of a model of `identity_keys`, as SQL by their name. -#}
{% macro _key_columns(scope) %}
    {% set columns = {} %}
    {% for name in ['rule', 'identity_key', 'record_count', 'is_conflict'] %}
        {% set column = outhaul._column(scope, name, 'keys') %}
        {% do columns.update({name: column.sql if column is not none else name}) %}
    {% endfor %}
    {{ return(columns) }}
{% endmacro %}

{% macro _shared_keys(scope, record, own) -%}
    select
        {%- for each in record %}
        {{ each.sql }} as {{ outhaul._numbered_name('key', loop.index) }},
        {%- endfor %}
        {{ outhaul._record_hash(record | map(attribute='sql') | list) }} as _outhaul_record,
        {{ own.rule }} as rule,
        {{ own.identity_key }} as identity_key
{{ outhaul._from_lines(scope) }}
    where {{ own.record_count }} > 1 and not {{ own.is_conflict }}
{%- endmacro %}

{% macro _joined_pairs(record) -%}
    select
        {%- for side in ['one', 'other'] %}{% for each in record %}
        {{ side }}_side.{{ outhaul._numbered_name('key', loop.index) }} as {{
            outhaul.new_column_name(side ~ '_' ~ each.name) }},
        {%- endfor %}{% endfor %}
        one_side.rule
    from _outhaul_shared_1 as one_side
    inner join _outhaul_shared_1 as other_side
        on other_side.identity_key = one_side.identity_key
        and other_side._outhaul_record > one_side._outhaul_record
{%- endmacro %}
