{#- What identifies each record: one row for each rule whose identifiers it has, as a query. -#}
{% macro identity_keys(model, key, identifiers, rules, conflict_limit=100) %}
    {{ return(adapter.dispatch('identity_keys', 'outhaul')(model, key, identifiers, rules, conflict_limit)) }}
{% endmacro %}

{% macro default__identity_keys(model, key, identifiers, rules, conflict_limit) %}
    {% if not execute %}
        {{ return('') }}
    {% endif %}
    {% set plan = outhaul._new_plan('identity_keys') %}
    {% set scope = outhaul._new_scope(plan, model, 'model', key) %}
    {% set record = outhaul._record_columns(scope, ['rule', 'identity_key', 'record_count', 'is_conflict']) %}
    {% set found = outhaul._identifiers(scope, identifiers) %}
    {% set wanted = outhaul._identity_rules(plan, rules, found.keys() | list, conflict_limit) %}
    {% do outhaul._settle_plan(plan) %}
    {% set cleaned = outhaul._write_cleaned(plan, scope, record, found) %}
    {% set names = record | map(attribute='new_name') | list %}
    {% do plan.ctes.append({
        'name': '_outhaul_keyed_1', 'body': outhaul._keyed_body(cleaned, names, found, wanted),
    }) %}
    {% do plan.ctes.append({'name': '_outhaul_counted_1', 'body': '    ' ~ outhaul._counted_keys_body()}) %}
    {% do plan.ctes.append({
        'name': '_outhaul_chosen_1', 'body': '    ' ~ outhaul._limited_body(cleaned, names, found, wanted),
    }) %}
    {{ return(outhaul._query(plan)) }}
{% endmacro %}

{#- The key of the records: of each column {name, sql, new_name}. reserved: names of the result. -#}
{% macro _record_columns(scope, reserved) %}
    {% set plan = scope.plan %}
    {% set columns = [] %}
    {% if not scope.key %}
        {% do plan.problems.append("'key' is missing: the column, or columns, that tell the records apart") %}
    {% endif %}
    {% for name in scope.key %}
        {% set column = outhaul._column(scope, name, 'key') %}
        {% if column is not none and name | lower in reserved %}
            {% do plan.problems.append(
                "key: the column '" ~ name ~ "' is called like one of the result (" ~ reserved | join(', ') ~ '): rename it'
            ) %}
        {% elif column is not none %}
            {% do columns.append({
                'name': column.name, 'sql': column.sql, 'new_name': outhaul.new_column_name(column.name),
            }) %}
        {% endif %}
    {% endfor %}
    {{ return(columns) }}
{% endmacro %}

{#- A row for each record and rule; twice the same record counts once. -#}
{% macro _keyed_body(cleaned, names, found, wanted) %}
    {% set parts = [] %}
    {% for rule in wanted %}
        {% set columns = [] %}
        {% for name in rule.identifiers %}
            {% do columns.append(found[name].column) %}
        {% endfor %}
        {% set value = outhaul.literal(rule.name ~ ':') ~ ' || ' ~ outhaul._texts_as_one(columns) %}
        {% do parts.append(
            '    select distinct\n        ' ~ names | join(',\n        ') ~ ',\n        cast('
            ~ outhaul.literal(rule.name) ~ ' as ' ~ outhaul.type_text() ~ ') as rule,\n        '
            ~ dbt.hash(value) | trim ~ ' as identity_key\n    from ' ~ cleaned
            ~ '\n    where ' ~ columns | join(' is not null and ') ~ ' is not null'
        ) %}
    {% endfor %}
    {{ return(parts | join('\n\n    union all\n\n')) }}
{% endmacro %}

{% macro _counted_keys_body() -%}
    select
        _outhaul_keyed_1.*,
        count(*) over (partition by identity_key) as record_count
    from _outhaul_keyed_1
{%- endmacro %}

{#- Which keys have more records than their rule allows; then the records without any key. -#}
{% macro _limited_body(cleaned, names, found, wanted) -%}
    select
        {{ names | join(',\n' ~ ' ' * 8) }},
        rule,
        identity_key,
        record_count,
        case
        {%- for rule in wanted %}
            when rule = {{ outhaul.literal(rule.name) }} then record_count > {{ rule.conflict_limit }}
        {%- endfor %}
            else false
        end as is_conflict
    from _outhaul_counted_1

    union all

    select distinct
        {{ names | join(',\n' ~ ' ' * 8) }},
        cast(null as {{ outhaul.type_text() }}),
        cast(null as {{ outhaul.type_text() }}),
        0,
        false
    from {{ cleaned }}
    where
    {%- for rule in wanted %}
        {{ 'and ' if not loop.first }}(
        {%- for name in rule.identifiers -%}
            {{ ' or ' if not loop.first }}{{ found[name].column }} is null
        {%- endfor -%}
        )
    {%- endfor %}
{%- endmacro %}

{#- Texts as one, of which no other texts make the same: each but the last says its length. -#}
{% macro _texts_as_one(columns) %}
    {% set parts = [] %}
    {% for column in columns %}
        {% set text = 'cast(' ~ column ~ ' as ' ~ outhaul.type_text() ~ ')' %}
        {% do parts.append('cast(length(' ~ text ~ ') as ' ~ outhaul.type_text() ~ ") || ':'") if not loop.last %}
        {% do parts.append(text) %}
    {% endfor %}
    {{ return(parts | join(' || ')) }}
{% endmacro %}
