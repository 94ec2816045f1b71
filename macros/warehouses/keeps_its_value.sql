{#- Whether a value can be cast to another type and means the same there; false for what is
    not known. -#}
{% macro keeps_its_value(expression, from_type, to_type) %}
    {{ return(adapter.dispatch('keeps_its_value', 'outhaul')(expression, from_type, to_type)) }}
{% endmacro %}

{% macro default__keeps_its_value(expression, from_type, to_type) %}
    {{ return(
        'coalesce(cast(try_cast(' ~ expression ~ ' as ' ~ to_type ~ ') as ' ~ from_type ~ ') = ' ~ expression ~ ', false)'
    ) }}
{% endmacro %}

{#- try_cast() takes texts alone. -#}
{% macro snowflake__keeps_its_value(expression, from_type, to_type) %}
    {% set text = 'cast(' ~ expression ~ ' as varchar)' %}
    {{ return(
        'coalesce(cast(try_cast(' ~ text ~ ' as ' ~ to_type ~ ') as ' ~ from_type ~ ') = ' ~ expression ~ ', false)'
    ) }}
{% endmacro %}

{% macro bigquery__keeps_its_value(expression, from_type, to_type) %}
    {{ return(
        'coalesce(cast(safe_cast(' ~ expression ~ ' as ' ~ to_type ~ ') as ' ~ from_type ~ ') = ' ~ expression ~ ', false)'
    ) }}
{% endmacro %}

{#- No cast that fails softly: whole numbers are known, of which the text tells. -#}
{% macro postgres__keeps_its_value(expression, from_type, to_type) %}
    {% set digits = {'smallint': 4, 'integer': 9, 'bigint': 18}.get(to_type) %}
    {% if not digits %}
        {{ return('false') }}
    {% endif %}
    {% set whole = '^(0|-?[1-9][0-9]{0,' ~ (digits - 1) ~ '})' %}
    {% set is_text = outhaul.column_kind(from_type) == 'text' %}
    {{ return(
        'cast(' ~ expression ~ " as text) ~ '" ~ whole ~ ('$' if is_text else '([.]0*)?$') ~ "'"
    ) }}
{% endmacro %}
