{#- The keys that more than one row has, or that are missing in part, as a query with their counts. -#}
{% macro duplicate_keys(model, key) %}
    {{ return(adapter.dispatch('duplicate_keys', 'outhaul')(model, key)) }}
{% endmacro %}

{% macro default__duplicate_keys(model, key) %}
    {% if not execute %}
        {{ return('') }}
    {% endif %}
    {% set plan = outhaul._new_plan('duplicate_keys') %}
    {% set counted = outhaul._count_keys(plan, model, key) %}
    {% set columns = outhaul._faulty_key_columns(plan, counted, ['row_count', 'fault']) %}
    {% do outhaul._settle_plan(plan) %}
    {% do plan.ctes.append({
        'name': '_outhaul_faulty_1',
        'body': '    select\n        ' ~ columns ~ '\n    from ' ~ counted.name
            ~ '\n    where ' ~ outhaul._is_faulty_key(counted)
    }) %}
    {{ return(outhaul._query(plan)) }}
{% endmacro %}

{#- The key, how many rows have it, and what is wrong with it.

A column of the key that is called like one of the others comes out as `key_<name>`. -#}
{% macro _faulty_key_columns(plan, counted, others) %}
    {% set columns = [] %}
    {% set names = [] %}
    {% for column in counted.key %}
        {% set name = ('key_' if column.name | lower in others else '') ~ column.name %}
        {% do columns.append(counted.name ~ '.' ~ column.counted ~ ' as ' ~ outhaul.new_column_name(name)) %}
        {% do names.append(name | lower) %}
    {% endfor %}
    {% for name in names if names.count(name) > 1 %}
        {% do plan.problems.append("key: two columns of the result would be called '" ~ name ~ "'") %}
    {% endfor %}
    {{ return(
        columns | join(',\n        ')
        ~ ',\n        ' ~ counted.name ~ '.row_count'
        ~ ',\n        case when ' ~ counted.name ~ ".is_null_key = 1 then 'null key' else 'duplicate key' end as fault"
    ) }}
{% endmacro %}

{% macro _is_faulty_key(counted) %}
    {{ return(counted.name ~ '.row_count > 1 or ' ~ counted.name ~ '.is_null_key = 1') }}
{% endmacro %}
