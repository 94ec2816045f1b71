{#- A random but lasting group for a key, as an expression: the same at every run and on every warehouse. -#}
{% macro split(key, salt, shares) %}
    {{ return(adapter.dispatch('split', 'outhaul')(key, salt, shares)) }}
{% endmacro %}

{% macro default__split(key, salt, shares) %}
    {% if not execute %}
        {{ return('') }}
    {% endif %}
    {% do outhaul._check_split(key, salt, shares) %}
    {% set columns = outhaul._names_list(key) %}
    {% set digits = outhaul._hash_digits(columns, salt) %}
    {% set lines = [] %}
    {% set state = {'sum': 0.0} %}
    {% for name, share in shares.items() %}
        {% do state.update({'sum': state.sum + share}) %}
        {% if loop.last %}
            {% do lines.append('when ' ~ columns | join(' is not null and ') ~ ' is not null then ' ~ outhaul.literal(name)) %}
        {% else %}
            {% do lines.append(
                'when ' ~ digits ~ " < '" ~ outhaul._digits_of_share(state.sum) ~ "' then " ~ outhaul.literal(name)
            ) %}
        {% endif %}
    {% endfor %}
    {{ return('case\n        ' ~ lines | join('\n        ') ~ '\n    end') }}
{% endmacro %}

{#- Raise one error that names everything that is wrong with the arguments. -#}
{% macro _check_split(key, salt, shares) %}
    {% set problems = [] %}
    {% if not key or (key is not string and (key is mapping or key is not iterable)) %}
        {% do problems.append("'key' must be a column or a list of columns") %}
    {% endif %}
    {% if salt is not string or not salt %}
        {% do problems.append("'salt' must be a text, which names this split") %}
    {% endif %}
    {% if shares is not mapping or not shares %}
        {% do problems.append("'shares' must be a mapping of name to share, such as {'control': 0.1, 'treated': 0.9}") %}
    {% elif shares.values() | reject('number') | list
        or shares.values() | select('lt', 0) | list or (shares.values() | sum - 1) | abs > 0.000001 %}
        {% do problems.append("'shares' must be numbers from 0 to 1 that add up to 1, not " ~ shares.values() | join(' + ')) %}
    {% endif %}
    {% if problems %}
        {% do outhaul._refuse_call('split', problems | join('; ')) %}
    {% endif %}
{% endmacro %}

{#- Eight digits of a hash, as text: evenly spread, and null where a key is null.

Text compares alike everywhere for hexadecimal digits, numbers would have to be
converted by each warehouse in its own way. -#}
{% macro _hash_digits(columns, salt) %}
    {% set parts = [outhaul.literal(salt ~ ':')] %}
    {% for column in columns %}
        {% do parts.append("'|'") if not loop.first %}
        {% do parts.append('cast(' ~ column ~ ' as ' ~ outhaul.type_text() ~ ')') %}
    {% endfor %}
    {{ return('substring(' ~ dbt.hash(parts | join(' || ')) | trim ~ ', 1, 8)') }}
{% endmacro %}

{#- The hash below which this share of the keys lies; 'g' is above all digits. -#}
{% macro _digits_of_share(share) %}
    {% set state = {'rest': (share * 4294967296) | round | int, 'digits': ''} %}
    {% if state.rest >= 4294967296 %}
        {{ return('g') }}
    {% endif %}
    {% for place in range(8) %}
        {% do state.update({
            'digits': '0123456789abcdef'[state.rest % 16] ~ state.digits, 'rest': state.rest // 16,
        }) %}
    {% endfor %}
    {{ return(state.digits) }}
{% endmacro %}

{% macro _is_share(value) %}
    {{ return(value is number and value is not boolean and 0 <= value and value <= 1) }}
{% endmacro %}
