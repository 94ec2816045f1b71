{#- An aggregate: the bits that are set in any of the numbers. -#}
{% macro combined_bits(expression) %}
    {{ return(adapter.dispatch('combined_bits', 'outhaul')(expression)) }}
{% endmacro %}

{% macro default__combined_bits(expression) %}
    {{ return('bit_or(' ~ expression ~ ')') }}
{% endmacro %}

{#- The aggregate has another name there. -#}
{% macro snowflake__combined_bits(expression) %}
    {{ return('bitor_agg(' ~ expression ~ ')') }}
{% endmacro %}

{#- 1 where this bit of a number is set, else 0. -#}
{% macro has_bit(expression, bit) %}
    {{ return(adapter.dispatch('has_bit', 'outhaul')(expression, bit)) }}
{% endmacro %}

{% macro default__has_bit(expression, bit) %}
    {{ return('case when (' ~ expression ~ ' & ' ~ bit ~ ') > 0 then 1 else 0 end') }}
{% endmacro %}

{#- No operator for it there. -#}
{% macro snowflake__has_bit(expression, bit) %}
    {{ return('case when bitand(' ~ expression ~ ', ' ~ bit ~ ') > 0 then 1 else 0 end') }}
{% endmacro %}
