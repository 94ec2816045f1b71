{#- Who is held out, the same share in each stratum, as a query whose incremental model is the log of it. -#}
{% macro stratified_holdout(model, key, salt, share, by, log=none) %}
    {{ return(adapter.dispatch('stratified_holdout', 'outhaul')(model, key, salt, share, by, log)) }}
{% endmacro %}

{% macro default__stratified_holdout(model, key, salt, share, by, log) %}
    {% if not execute %}
        {{ return('') }}
    {% endif %}
    {% set plan = outhaul._new_plan('stratified_holdout') %}
    {% set scope = outhaul._new_scope(plan, model, 'model', key) %}
    {% set reserved = ['is_held_out', 'noted_at'] %}
    {% set own = outhaul._record_columns(scope, reserved) %}
    {% set by = outhaul._names_list(by) %}
    {% set strata = outhaul._record_columns(dict(scope, key=by), reserved) if by else [] %}
    {% if not by %}
        {% do plan.problems.append("by: wants the column, or columns, whose values are the strata") %}
    {% endif %}
    {% if salt is not string or not salt %}
        {% do plan.problems.append('salt: wants a text, which names this holdout, not ' ~ outhaul._shown(salt)) %}
    {% endif %}
    {% if not outhaul._is_share(share) %}
        {% do plan.problems.append('share: wants a share from 0 to 1, not ' ~ outhaul._shown(share)) %}
    {% endif %}
    {% set noted = outhaul._new_scope(plan, log, 'log', key) if log is not none else none %}
    {% set pairs = outhaul._pairs(scope, noted, none, 'log') if noted is not none else [] %}
    {% do outhaul._settle_plan(plan) %}
    {% do plan.ctes.append({
        'name': '_outhaul_placed_1', 'body': '    ' ~ outhaul._placed_strata(scope, own, strata, noted, pairs, salt),
    }) %}
    {% do plan.ctes.append({'name': '_outhaul_held_1', 'body': '    ' ~ outhaul._held_out_rows(own + strata, share)}) %}
    {{ return(outhaul._query(plan)) }}
{% endmacro %}

{#- New keys with their places, stratum by stratum and at random within; they go on behind
those that the log has. -#}
{% macro _placed_strata(scope, own, strata, noted, pairs, salt) -%}
    {% set order = strata | map(attribute='sql') | list + [outhaul._hash_digits(own | map(attribute='sql') | list, salt)]
        + own | map(attribute='sql') | list -%}
    {% set conditions, same = [], [] -%}
    {% for each in own %}{% do conditions.append(each.sql ~ ' is not null') %}{% endfor -%}
    {% for pair in pairs %}{% do same.append(pair.related ~ ' = ' ~ pair.own) %}{% endfor -%}
    {% if noted is not none -%}
        {% do conditions.append(
            'not exists (select 1\n' ~ outhaul._from_lines(noted) ~ ' where ' ~ same | join(' and ') ~ ')'
        ) -%}
    {% endif -%}
    select
        {%- for each in own + strata %}
        {{ each.sql }} as {{ each.new_name }},
        {%- endfor %}
        row_number() over (order by {{ order | join(', ') }})
        {%- if noted is not none %} + (select count(*) from {{ outhaul._cte_name(noted.source) }}){% endif %} as _outhaul_rank_1
{{ outhaul._from_lines(scope) }}
{{- outhaul._where_lines(conditions) }}
{%- endmacro %}

{#- Held out is where another whole row of the share is reached: every tenth for a tenth. -#}
{% macro _held_out_rows(columns, share) -%}
    {% set part = 'cast(_outhaul_rank_1 * ' ~ (share * 1000000) | round | int ~ ' as ' ~ outhaul.type_double() ~ ') / 1000000' -%}
    {% set before = part | replace('_outhaul_rank_1', '(_outhaul_rank_1 - 1)') -%}
    select
        {%- for each in columns %}
        {{ each.new_name }},
        {%- endfor %}
        floor({{ part }}) > floor({{ before }}) as is_held_out,
        {{ outhaul.now_utc() }} as noted_at
    from _outhaul_placed_1
{%- endmacro %}
