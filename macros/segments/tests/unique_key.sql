{#- A test that a key tells the rows of a model apart: it warns of a few faulty rows and fails at many.

Its failures are the keys that are duplicate or null; `--store-failures` keeps them. -#}
{% test unique_key(model, column_name=none, key=none, warn_above=0, fail_above=0.05) %}

    {{ config(
        fail_calc='count(*)',
        warn_if='> 0 and max(faulty_share) > ' ~ warn_above,
        error_if='> 0 and max(faulty_share) > ' ~ fail_above
    ) }}

    {{ outhaul._faulty_keys(model, key or column_name, warn_above, fail_above) }}

{% endtest %}

{#- The faulty keys, each with the larger of the shares of rows with a duplicate and with a null key. -#}
{% macro _faulty_keys(model, key, warn_above, fail_above) %}
    {% if not execute %}
        {{ return('') }}
    {% endif %}
    {% set plan = outhaul._new_plan('unique_key') %}
    {% set counted = outhaul._count_keys(plan, model, key) %}
    {% do outhaul._check_thresholds(plan, warn_above, fail_above) %}
    {% do outhaul._settle_plan(plan) %}
    {% do plan.ctes.append({'name': 'summed', 'body': outhaul._summed_keys(counted)}) %}
    {% do plan.ctes.append({
        'name': 'faulty',
        'body': '    select\n        ' ~ outhaul._faulty_key_columns(key, counted)
            ~ ',\n        greatest('
            ~ '\n            cast(summed.duplicate_rows as ' ~ outhaul.type_double() ~ ') / greatest(summed.row_count - summed.null_keys, 1),'
            ~ '\n            cast(summed.null_keys as ' ~ outhaul.type_double() ~ ') / greatest(summed.row_count, 1)'
            ~ '\n        ) as faulty_share'
            ~ '\n    from ' ~ counted ~ '\n    cross join summed'
            ~ '\n    where ' ~ counted ~ '.row_count > 1 or ' ~ counted ~ '.is_null_key = 1'
    }) %}
    {{ return(outhaul._query(plan)) }}
{% endmacro %}
