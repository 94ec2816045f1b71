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
    {% set columns = outhaul._faulty_key_columns(plan, counted, ['row_count', 'fault', 'faulty_share']) %}
    {% do outhaul._settle_plan(plan) %}
    {% do plan.ctes.append({'name': '_outhaul_summed_1', 'body': outhaul._summed_keys(counted)}) %}
    {% set double = outhaul.type_double() %}
    {% do plan.ctes.append({
        'name': '_outhaul_faulty_1',
        'body': '    select\n        ' ~ columns
            ~ ',\n        greatest('
            ~ '\n            cast(summed.duplicate_rows as ' ~ double ~ ') / greatest(summed.row_count - summed.null_keys, 1),'
            ~ '\n            cast(summed.null_keys as ' ~ double ~ ') / greatest(summed.row_count, 1)'
            ~ '\n        ) as faulty_share'
            ~ '\n    from ' ~ counted.name ~ '\n    cross join _outhaul_summed_1 as summed'
            ~ '\n    where ' ~ outhaul._is_faulty_key(counted)
    }) %}
    {{ return(outhaul._query(plan)) }}
{% endmacro %}
