{#- Telephone numbers in international form (ITU-T E.164): "+", country code, number. -#}

{#- How people of a country dial, as SQL: {code, trunk, exit}; of a column, by its row. -#}
{% macro _country(scope, given, path) %}
    {% set plan = scope.plan %}
    {% set known = outhaul._calling_codes().keys() | list %}
    {% if given is string and given | upper in known %}
        {% set name = given | upper %}
        {{ return({
            'code': outhaul.literal(outhaul._calling_codes()[name]),
            'trunk': outhaul.literal(outhaul._other_trunks().get(name, '0')),
            'exit': outhaul.literal(outhaul._other_exits().get(name, '00')),
        }) }}
    {% elif given is mapping and given.keys() | list == ['column'] %}
        {% set column = outhaul._column(scope, given.column, path ~ '.column') %}
        {{ return(outhaul._dialling_columns(scope, column.sql if column is not none else 'null')) }}
    {% endif %}
    {% do plan.problems.append(
        path ~ ": wants a country such as {'phone': 'DE'}, or {'phone': {'column': 'country'}}, not "
        ~ outhaul._shown(given) ~ ' (known are ' ~ known | join(', ') ~ ')'
    ) %}
    {{ return({'code': "''", 'trunk': "''", 'exit': "''"}) }}
{% endmacro %}

{#- Look each row's country up once, in columns that the query carries along. -#}
{% macro _dialling_columns(scope, country) %}
    {% set number = scope.setdefault('carried', []) | length // 3 + 1 %}
    {% set columns = {} %}
    {% for name, values, default in [
        ('code', outhaul._calling_codes(), none),
        ('trunk', outhaul._other_trunks(), '0'),
        ('exit', outhaul._other_exits(), '00'),
    ] %}
        {% do columns.update({name: outhaul._numbered_name(name, number)}) %}
        {% do scope.carried.append({
            'column': columns[name], 'sql': outhaul._by_country(country, values, default),
        }) %}
    {% endfor %}
    {{ return(columns) }}
{% endmacro %}

{% macro _by_country(country, values, default) %}
    {% set branches = [] %}
    {% for name, value in values.items() %}
        {% do branches.append("when '" ~ name ~ "' then '" ~ value ~ "'") %}
    {% endfor %}
    {% do branches.append("else '" ~ default ~ "'") if default is not none %}
    {{ return('case upper(trim(' ~ country ~ ')) ' ~ branches | join(' ') ~ ' end') }}
{% endmacro %}

{#- Digits and "+" alone; "+49 (0)30" is written for two kinds of callers. -#}
{% macro _phone_compact(column) %}
    {{ return(outhaul.kept_characters('replace(' ~ column ~ ", '(0)', '')", '+0123456789')) }}
{% endmacro %}

{#- Put the country code in front, in the place of what callers within the country dial first. -#}
{% macro _phone_international(column, country) -%}
    case
            when {{ column }} like '+%' then {{ column }}
            when {{ country.code }} is null then null
            when {{ column }} like {{ country.exit }} || '%'
                then '+' || {{ outhaul._after(column, country.exit) }}
            when {{ column }} like {{ country.trunk }} || '%'
                then '+' || {{ country.code }} || {{ outhaul._after(column, country.trunk) }}
            else '+' || {{ country.code }} || {{ column }}
        end
{%- endmacro %}

{#- Seven to fifteen digits after the "+"; no country code begins with 0. -#}
{% macro _phone_valid(column) %}
    {{ return(
        'case when length(' ~ column ~ ') between 8 and 16 and ' ~ column ~ " not like '+0%' and "
        ~ column ~ " not like '_%+%' then " ~ column ~ ' end'
    ) }}
{% endmacro %}

{% macro _after(column, prefix) %}
    {{ return('substring(' ~ column ~ ', length(' ~ prefix ~ ') + 1)') }}
{% endmacro %}
