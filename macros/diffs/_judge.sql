{#- Which rows of the select can be sent, and why the others cannot. -#}

{#- Look at the keys and identities of all rows, and set the ones that repeat apart.

Returns whether any do. Adds to the diff `all_counts` and `suspects_are_judged`. -#}
{% macro _judge_all(diff) %}
    {% if diff.before.retirement == 'remove' %}
        {% do diff.update({'all_counts': {'rows': 0, 'unusable': 0, 'has_repeats': false}}) %}
        {{ return(false) }}
    {% endif %}
    {% set counts = outhaul._all_counts(diff) %}
    {% do outhaul._fill_work_table(diff, 'suspects', outhaul._suspects_query(diff)) if counts.has_repeats %}
    {% do diff.update({'all_counts': counts, 'suspects_are_judged': counts.has_repeats}) %}
    {{ return(counts.has_repeats) }}
{% endmacro %}

{#- All rows of the select, with the reason why one cannot be sent. -#}
{% macro _judged_query(diff) -%}
        select
            {{ outhaul._column_lines(diff.columns, 'work', 12) }},
            {{ outhaul._unusable_reason(diff) }} as _outhaul_held,
            1 as _outhaul_is_there
        from {{ diff.work }} as work
        {%- if diff.before.retirement == 'remove' %}
        -- Retired: the segment counts as empty.
        where 1 = 0
        {%- elif diff.suspects_are_judged %}
        left join (
            select distinct {{ outhaul._key_list(diff.key) }}
            from {{ diff.suspects }}
        ) as suspected
            on {{ outhaul._keys_match('suspected', 'work', diff.key) }}
        where
            suspected.{{ outhaul.quoted(diff.key[0]) }} is null
            or {{ outhaul._unusable(diff) }}
        union all
        select
            {{ outhaul._column_lines(diff.columns, 'suspects', 12) }},
            suspects._outhaul_held,
            1 as _outhaul_is_there
        from {{ diff.suspects }} as suspects
        {%- endif %}
{%- endmacro %}

{#- What is wrong with the key or the identity of a row by itself; null where nothing is. -#}
{% macro _unusable_reason(diff) -%}
            case
                when {{ outhaul._key_is_null('work', diff.key) }} then 'null key'
                {%- if diff.identity is not none and (diff.identity_is_text or diff.key != [diff.identity]) %}
                when {{ outhaul._identity_is_empty(diff) }} then 'empty identity'
                {%- endif %}
            end
{%- endmacro %}

{#- "the key is null or the identity is empty". -#}
{% macro _unusable(diff) %}
    {% set key_is_null = outhaul._key_is_null('work', diff.key) %}
    {% if diff.identity is none %}
        {{ return(key_is_null) }}
    {% endif %}
    {{ return('(' ~ key_is_null ~ ' or ' ~ outhaul._identity_is_empty(diff) ~ ')') }}
{% endmacro %}

{#- Without folding it, which takes longer. -#}
{% macro _identity_is_empty(diff) %}
    {% set identity = 'work.' ~ outhaul.quoted(diff.identity) %}
    {% if not diff.identity_is_text %}
        {{ return(identity ~ ' is null') }}
    {% endif %}
    {% set text = outhaul.trimmed('cast(' ~ identity ~ ' as ' ~ outhaul.type_text() ~ ')') %}
    {{ return('coalesce(' ~ text ~ ", '') = ''") }}
{% endmacro %}

{#- Rows of the select, rows without usable key or identity, whether keys or identities
    repeat, and whether identities repeat among what is acknowledged; all in one statement. -#}
{% macro _all_counts(diff) %}
    {% set identity_is_key = diff.key == [diff.identity] %}
    {% set row = outhaul._fetch(outhaul._all_counts_query(diff, identity_is_key))[0] | map('int') | list %}
    {% set empty_identities = row[3] if diff.identity is not none else 0 %}
    {% set keys_repeat = not identity_is_key and row[2] < row[0] - row[1] %}
    {% set identities_repeat = diff.identity is not none and row[4] < row[0] - row[3] %}
    {{ return({
        'rows': row[0],
        'unusable': row[1] + empty_identities,
        'has_repeats': keys_repeat or identities_repeat,
        'held_repeats': diff.identity is not none and row[5] > 0,
    }) }}
{% endmacro %}

{% macro _all_counts_query(diff, identity_is_key) -%}
    {%- set key = outhaul._columns_of_key(diff) -%}
    with

    keyed as (

        select
            {{ outhaul._column_lines(key, 'work', 12) }}
            {%- if diff.identity is not none %},
            {{ outhaul._usable_identity(diff, 'work') }} as _outhaul_identity
            {%- endif %}
        from {{ diff.work }} as work
        {{ outhaul.subquery_fence() }}

    )

    select
        count(*) as row_count,
        coalesce(sum(case when {{ outhaul._key_is_null('keyed', diff.key) }} then 1 else 0 end), 0) as null_keys,
        {{ '0' if identity_is_key else outhaul.distinct_count('keyed', key) }} as distinct_keys
        {%- if diff.identity is not none %}
        {%- set identity = outhaul._identity_column(diff) %},
        count(*) - count(keyed._outhaul_identity) as empty_identities,
        {{ outhaul.distinct_count('keyed', [identity]) }} as distinct_identities,
        {{ '0' if diff.is_first or not outhaul._may_repeat_no_more(diff) else outhaul._held_repeats(diff, identity) }} as held_repeats
        {%- endif %}
        {%- if diff.prefer %},
        {{ outhaul._preference_tried(diff) }} as preference_tried
        {%- endif %}
    from keyed
{%- endmacro %}

{#- How many acknowledged rows have the identity of another. -#}
{% macro _held_repeats(diff, identity) -%}
(
            select count(held._outhaul_identity) - {{ outhaul.distinct_count('held', [identity]) }}
            from (
                select {{ outhaul._usable_identity(diff, 'acknowledged') }} as _outhaul_identity
                from {{ diff.held }} as acknowledged
                {{ outhaul.subquery_fence() }}
            ) as held
        )
{%- endmacro %}

{#- `prefer` over no rows: a mistake in it shows at each build, not when a key first repeats. -#}
{% macro _preference_tried(diff) %}
    {{ return(
        '(select count(*) from (select row_number() over (order by /* meta.outhaul.prefer */ ' ~ diff.prefer
        ~ ') as _outhaul_rank from ' ~ diff.work ~ ' as work where 1 = 0) as preferred)'
    ) }}
{% endmacro %}
