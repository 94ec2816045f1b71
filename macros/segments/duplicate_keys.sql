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
    {% do plan.ctes.append({
        'name': 'faulty',
        'body': '    select\n        ' ~ outhaul._faulty_key_columns(key, counted) ~ '\n    from ' ~ outhaul._cte_name(counted)
            ~ '\n    where row_count > 1 or is_null_key = 1'
    }) %}
    {{ return(outhaul._query(plan)) }}
{% endmacro %}

{% macro _faulty_key_columns(key, counted) %}
    {% set columns = [] %}
    {% for name in outhaul._names_list(key) %}
        {% do columns.append(counted ~ '.' ~ outhaul.new_column_name(name)) %}
    {% endfor %}
    {{ return(
        columns | join(',\n        ')
        ~ ',\n        ' ~ counted ~ '.row_count'
        ~ ',\n        case when ' ~ counted ~ ".is_null_key = 1 then 'null key' else 'duplicate key' end as fault"
    ) }}
{% endmacro %}
