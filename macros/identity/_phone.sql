{#- Telephone numbers in international form (ITU-T E.164): "+", country code, number. -#}

{#- Where a number without a country code is from: {name} or {column, sql}. -#}
{% macro _country(scope, given, path) %}
    {% set plan = scope.plan %}
    {% set known = outhaul._calling_codes().keys() | list %}
    {% if given is string and given | upper in known %}
        {{ return({'name': given | upper}) }}
    {% elif given is mapping and given.keys() | list == ['column'] %}
        {% set column = outhaul._column(scope, given.column, path ~ '.column') %}
        {% if 'countries' not in scope %}
            {% do scope.update({'countries': []}) %}
        {% endif %}
        {% set country = {
            'column': outhaul._step_name(plan, 'country'), 'sql': column.sql if column is not none else 'null',
        } %}
        {% do scope.countries.append(country) %}
        {{ return(country) }}
    {% endif %}
    {% do plan.problems.append(
        path ~ ": wants a country such as {'phone': 'DE'}, or {'phone': {'column': 'country'}}, not "
        ~ outhaul._shown(given) ~ ' (known are ' ~ known | join(', ') ~ ')'
    ) %}
    {{ return({'name': 'DE'}) }}
{% endmacro %}

{#- Digits and "+" alone; "+49 (0)30" is written for two kinds of callers. -#}
{% macro _phone_compact(column) %}
    {{ return(outhaul.kept_characters('replace(' ~ column ~ ", '(0)', '')", '+0123456789')) }}
{% endmacro %}

{#- Put the country code in front, in the place of what callers within the country dial first. -#}
{% macro _phone_international(column, country) %}
    {% set branches = ['when ' ~ column ~ " like '+%' then " ~ column] %}
    {% for group in outhaul._dialling_groups() if country.name is not defined or country.name in group.codes %}
        {% if country.name is defined %}
            {% set code = "'" ~ group.codes[country.name] ~ "'" %}
            {% set condition = 'when ' %}
        {% else %}
            {% set code = outhaul._code_by_country(group.codes, country.column) %}
            {% set condition = 'when upper(trim(' ~ country.column ~ ")) in ('" ~ group.codes.keys() | join("', '") ~ "') and " %}
        {% endif %}
        {% do branches.append(
            condition ~ column ~ " like '" ~ group.exit ~ "%' then '+' || " ~ outhaul._after(column, group.exit)
        ) %}
        {% if group.trunk %}
            {% do branches.append(
                condition ~ column ~ " like '" ~ group.trunk ~ "%' then '+' || " ~ code ~ ' || '
                ~ outhaul._after(column, group.trunk)
            ) %}
        {% endif %}
        {% do branches.append(condition ~ column ~ " <> '' then '+' || " ~ code ~ ' || ' ~ column) %}
    {% endfor %}
    {{ return('case\n            ' ~ branches | join('\n            ') ~ '\n        end') }}
{% endmacro %}

{#- Seven to fifteen digits after the "+"; no country code begins with 0. -#}
{% macro _phone_valid(column) %}
    {{ return(
        'case when length(' ~ column ~ ') between 8 and 16 and ' ~ column ~ " not like '+0%' and "
        ~ column ~ " not like '_%+%' then " ~ column ~ ' end'
    ) }}
{% endmacro %}

{% macro _after(column, prefix) %}
    {{ return('substring(' ~ column ~ ', ' ~ (prefix | length + 1) ~ ')') }}
{% endmacro %}

{% macro _code_by_country(codes, column) %}
    {% set branches = [] %}
    {% for name, code in codes.items() %}
        {% do branches.append("when '" ~ name ~ "' then '" ~ code ~ "'") %}
    {% endfor %}
    {{ return('case upper(trim(' ~ column ~ ')) ' ~ branches | join(' ') ~ ' end') }}
{% endmacro %}
