{#- How many keys are in exactly these segments and in no other, as a query of one row per set of segments. -#}
{% macro combinations(models, key) %}
    {{ return(adapter.dispatch('combinations', 'outhaul')(models, key)) }}
{% endmacro %}

{% macro default__combinations(models, key) %}
    {% if not execute %}
        {{ return('') }}
    {% endif %}
    {% set plan = outhaul._new_plan('combinations') %}
    {% set segments = outhaul._membership_steps(plan, models, key) %}
    {% set flags_list = segments | map(attribute='flag') | list %}
    {% set named = [] %}
    {% for segment in segments %}
        {% do named.append(
            'case when ' ~ segment.flag ~ ' = 1 then ' ~ outhaul.literal(' & ' ~ segment.name) ~ " else '' end"
        ) %}
    {% endfor %}
    {% do plan.ctes.append({'name': '_outhaul_named_1', 'body':
        '    select\n        substring(\n            ' ~ named | join('\n            || ') ~ ',\n            4\n        ) as segments,'
        ~ '\n        ' ~ flags_list | join(' + ') ~ ' as segment_count,\n        key_count\n    from _outhaul_combinations_1'
    }) %}
    {{ return(outhaul._query(plan)) }}
{% endmacro %}
