{#- Whether a regular expression, in the warehouse's own grammar, is found anywhere in a text. -#}
{% macro matches_pattern(expression, pattern, ignore_case) %}
    {{ return(adapter.dispatch('matches_pattern', 'outhaul')(expression, pattern, ignore_case)) }}
{% endmacro %}

{% macro default__matches_pattern(expression, pattern, ignore_case) %}
    {{ return(expression ~ (' ~* ' if ignore_case else ' ~ ') ~ outhaul.literal(pattern)) }}
{% endmacro %}

{#- ~ wants the whole text to match there. -#}
{% macro duckdb__matches_pattern(expression, pattern, ignore_case) %}
    {{ return(
        'regexp_matches(' ~ expression ~ ', ' ~ outhaul.literal(pattern) ~ (", 'i'" if ignore_case else '') ~ ')'
    ) }}
{% endmacro %}

{#- regexp_like, too. -#}
{% macro snowflake__matches_pattern(expression, pattern, ignore_case) %}
    {{ return(
        'regexp_instr(' ~ expression ~ ', ' ~ outhaul.literal(pattern) ~ (", 1, 1, 0, 'i'" if ignore_case else '') ~ ') > 0'
    ) }}
{% endmacro %}

{% macro bigquery__matches_pattern(expression, pattern, ignore_case) %}
    {{ return('regexp_contains(' ~ expression ~ ', ' ~ outhaul.literal(('(?i)' if ignore_case else '') ~ pattern) ~ ')') }}
{% endmacro %}

{% macro spark__matches_pattern(expression, pattern, ignore_case) %}
    {{ return(expression ~ ' rlike ' ~ outhaul.literal(('(?i)' if ignore_case else '') ~ pattern)) }}
{% endmacro %}
