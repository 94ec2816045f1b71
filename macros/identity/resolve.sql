{#- The records and their keys, for a model with `materialized: resolved`, as a query. -#}
{% macro resolve(keys, key) %}
    {{ return(adapter.dispatch('resolve', 'outhaul')(keys, key)) }}
{% endmacro %}

{% macro default__resolve(keys, key) %}
    {% if not execute %}
        {{ return('') }}
    {% endif %}
    {% set plan = outhaul._new_plan('resolve') %}
    {% do outhaul._want_materialization(plan, 'resolved', 'which joins the records') %}
    {% set scope = outhaul._new_scope(plan, keys, 'keys', key) %}
    {% set record = outhaul._record_columns(scope, ['rule', 'identity_key', 'is_conflict', 'profile_id']) %}
    {% set columns = [] %}
    {% for each in record %}
        {% do columns.append(each.sql ~ ' as ' ~ each.new_name) %}
    {% endfor %}
    {% do columns.append(outhaul._record_hash(record | map(attribute='sql') | list) ~ ' as _outhaul_record') %}
    {% for name in ['rule', 'identity_key', 'is_conflict'] %}
        {% set column = outhaul._column(scope, name, 'keys') %}
        {% do columns.append(column.sql if column is not none else name) %}
    {% endfor %}
    {% do outhaul._settle_plan(plan) %}
    {% do plan.ctes.append({
        'name': '_outhaul_chosen_1',
        'body': '    select\n        ' ~ columns | join(',\n        ') ~ '\n' ~ outhaul._from_lines(scope),
    }) %}
    {{ return(outhaul._query(plan)) }}
{% endmacro %}

{#- A record as one text. The order of hashes is a random one, which is what keeps the
    rounds few in which records are joined. -#}
{% macro _record_hash(columns) %}
    {{ return(dbt.hash(outhaul._texts_as_one(columns)) | trim) }}
{% endmacro %}
