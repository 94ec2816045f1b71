{#- Set aside the rows that cannot be told apart or addressed; they are never sent.

Rows equal in every column count once. A row is invalid with a null key, an empty
identity, a key or an identity that another row has too. An invalid key is not
treated as having left the segment. Adds to the diff `segment_rows`,
`invalid_rows` and `source`, a query of the valid rows. -#}
{% macro _set_aside(diff) %}
    {% set counts = outhaul._key_counts(diff) %}
    {% set all_valid = counts.unusable == 0 and not counts.has_repeats %}
    {% do outhaul._fill_work_table(diff, 'suspects', outhaul._suspects_query(diff)) if counts.has_repeats %}
    {% do outhaul._fill_work_table(diff, 'invalid', outhaul._invalid_query(diff, counts)) if not all_valid %}
    {% do diff.update({
        'source': outhaul._valid_query(diff, counts, all_valid),
        'all_valid': all_valid,
        'segment_rows': counts.rows,
        'invalid_rows': 0 if all_valid else outhaul._count(diff.invalid),
    }) %}
    {% do outhaul._report_invalid(diff, counts) %}
{% endmacro %}

{#- The rows that may be sent. -#}
{% macro _valid_query(diff, counts, all_valid) -%}
        select
            {{ outhaul._column_lines(diff.columns, 'work', 12) }}
        from {{ diff.work }} as work
        {%- if not all_valid %}
        where not {{ outhaul._unusable(diff) }}
        {%- endif %}
        {%- if counts.has_repeats %}
            and not exists (
                select 1 from {{ diff.suspects }} as suspects
                where {{ outhaul._keys_match('suspects', 'work', diff.key) }}
            )
        union all
        select
            {{ outhaul._column_lines(diff.columns, 'suspects', 12) }}
        from {{ diff.suspects }} as suspects
        where suspects._outhaul_held is null
        {%- endif %}
{%- endmacro %}

{#- Rows of the segment, rows without usable key or identity, and whether keys or identities
    repeat; all in one scan. -#}
{% macro _key_counts(diff) %}
    {% set identity_is_key = diff.key == [diff.identity] %}
    {% set row = outhaul._fetch(outhaul._key_counts_query(diff, identity_is_key))[0] | map('int') | list %}
    {% set empty_identities = row[3] if diff.identity is not none else 0 %}
    {% set keys_repeat = not identity_is_key and row[2] < row[0] - row[1] %}
    {% set identities_repeat = diff.identity is not none and row[4] < row[0] - row[3] %}
    {{ return({
        'rows': row[0],
        'unusable': row[1] + empty_identities,
        'has_repeats': keys_repeat or identities_repeat,
    }) }}
{% endmacro %}

{% macro _key_counts_query(diff, identity_is_key) -%}
    {%- set key = [] -%}
    {%- for name in diff.key -%}
        {%- do key.append(diff.columns | selectattr('name', 'equalto', name) | first) -%}
    {%- endfor -%}
    with

    keyed as (

        select
            {{ outhaul._column_lines(key, 'work', 12) }}
            {%- if diff.identity is not none %},
            {{ outhaul._usable_identity(diff) }} as _outhaul_identity
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
        {{ outhaul.distinct_count('keyed', [identity]) }} as distinct_identities
        {%- endif %}
        {%- if diff.prefer %},
        {{ outhaul._preference_tried(diff) }} as preference_tried
        {%- endif %}
    from keyed
{%- endmacro %}

{#- `prefer` over no rows: a mistake in it shows at each build, not when a key first repeats. -#}
{% macro _preference_tried(diff) %}
    {{ return(
        '(select count(*) from (select row_number() over (order by /* meta.outhaul.prefer */ ' ~ diff.prefer
        ~ ') as _outhaul_rank from ' ~ diff.work ~ ' as work where 1 = 0) as preferred)'
    ) }}
{% endmacro %}

{#- The folded identity as a column, and the expression of its values: null where it is empty. -#}
{% macro _identity_column(diff) %}
    {% set type = diff.columns | selectattr('name', 'equalto', diff.identity) | map(attribute='type') | first %}
    {{ return({
        'name': '_outhaul_identity',
        'type': outhaul.type_text() if diff.identity_is_text else type,
    }) }}
{% endmacro %}

{% macro _usable_identity(diff) %}
    {% set identity = outhaul._folded_identity(diff, 'work') %}
    {{ return('nullif(' ~ identity ~ ", '')" if diff.identity_is_text else identity) }}
{% endmacro %}

{#- "the key is null or the identity is empty". -#}
{% macro _unusable(diff) %}
    {% set key_is_null = outhaul._key_is_null('work', diff.key) %}
    {% if diff.identity is none %}
        {{ return(key_is_null) }}
    {% endif %}
    {% set identity = outhaul._folded_identity(diff, 'work') %}
    {% if diff.identity_is_text %}
        {{ return('(' ~ key_is_null ~ ' or coalesce(' ~ identity ~ ", '') = '')") }}
    {% endif %}
    {{ return('(' ~ key_is_null ~ ' or ' ~ identity ~ ' is null)') }}
{% endmacro %}

{#- All rows that share a key or an identity, each distinct one once, with the reason why it is
    never sent, if there is one.

Without `prefer`, all that still share a key or an identity are invalid. `prefer` picks one row
per key, then one per identity; only the latter's losers are set aside. Rows that `prefer` ranks
alike are ordered by their content, so that each build picks the same. -#}
{% macro _suspects_query(diff) -%}
    {%- set key = outhaul._key_list(diff.key, 'work') -%}
    {%- set alike = outhaul._groupable_list(diff.columns, 'work') -%}
    {%- set has_identity = diff.identity is not none -%}
    {%- set identity = outhaul._folded_identity(diff, 'work') if has_identity else none -%}
    with

    ranked as (

        select
            {{ outhaul._column_lines(diff.columns, 'work', 12) }},
            count(*) over (partition by {{ key }}) as _outhaul_same_key,
            {{ 'count(*) over (partition by ' ~ identity ~ ')' if has_identity else '1' }} as _outhaul_same_identity,
            row_number() over (partition by {{ alike }} order by {{ alike }}) as _outhaul_copy
        from {{ diff.work }} as work
        where not {{ outhaul._unusable(diff) }}

    ),

    -- Rows that are equal in every column count once.
    distinct_rows as (

        select
            {{ outhaul._column_lines(diff.columns, indent=12) }}
        from ranked
        where
            (_outhaul_same_key > 1 or _outhaul_same_identity > 1)
            and _outhaul_copy = 1

    ),

    {% if diff.prefer -%}
    preferred as (

        select
            {{ outhaul._column_lines(diff.columns, 'work', 12) }},
            row_number() over (partition by {{ key }} order by {{ diff.prefer }}, {{ alike }}) as _outhaul_rank
        from distinct_rows as work

    ),

    judged as (

        select
            {{ outhaul._column_lines(diff.columns, 'work', 12) }},
            {% if has_identity -%}
            case
                when row_number() over (partition by {{ identity }} order by {{ diff.prefer }}, {{ alike }}) > 1
                    then 'duplicate identity'
            end as _outhaul_held
            {%- else -%}
            cast(null as {{ outhaul.type_text() }}) as _outhaul_held
            {%- endif %}
        from preferred as work
        where work._outhaul_rank = 1

    )
    {%- else -%}
    judged as (

        select
            {{ outhaul._column_lines(diff.columns, 'work', 12) }},
            case
                when count(*) over (partition by {{ key }}) > 1 then 'duplicate key'
                {%- if has_identity %}
                when count(*) over (partition by {{ identity }}) > 1 then 'duplicate identity'
                {%- endif %}
            end as _outhaul_held
        from distinct_rows as work

    )
    {%- endif %}

    select
        {{ outhaul._column_lines(diff.columns) }},
        _outhaul_held
    from judged
{%- endmacro %}

{#- The rows that are never sent, with the reason. -#}
{% macro _invalid_query(diff, counts) -%}
    select
        {{ outhaul._column_lines(diff.columns, 'work') }},
        case
            when {{ outhaul._key_is_null('work', diff.key) }} then 'null key'
            else 'empty identity'
        end as _outhaul_held
    from {{ diff.work }} as work
    where {{ outhaul._unusable(diff) }}
    {%- if counts.has_repeats %}
    union all
    select
        {{ outhaul._column_lines(diff.columns, 'suspects') }},
        suspects._outhaul_held
    from {{ diff.suspects }} as suspects
    where suspects._outhaul_held is not null
    {%- endif %}
{%- endmacro %}

{#- Warn about invalid rows; too many null and duplicate keys fail the model. -#}
{% macro _report_invalid(diff, counts) %}
    {% if diff.invalid_rows == 0 %}
        {{ return('') }}
    {% endif %}
    {% set reasons = [] %}
    {% set bad_keys = [] %}
    {% for row in outhaul._fetch(
        'select _outhaul_held, count(*) as row_count from ' ~ diff.invalid ~ ' group by _outhaul_held order by 1'
    ) %}
        {% do reasons.append(row[1] | int ~ ' with ' ~ row[0]) %}
        {% do bad_keys.append(row[1] | int) if row[0] in ['null key', 'duplicate key'] %}
    {% endfor %}
    {% set message =
        diff.invalid_rows ~ ' of ' ~ counts.rows ~ (' row' if counts.rows == 1 else ' rows') ~ ' cannot be sent: ' ~ reasons | join(', ')
    %}
    {% if outhaul._exceeds(bad_keys | sum, diff.max_invalid, counts.rows) %}
        {% do outhaul._refuse(
            message ~ '. That is more than the share of null and duplicate keys that '
            ~ "'max_invalid' allows (" ~ diff.max_invalid ~ '); nothing was changed. Mend the key in the segment'
        ) %}
    {% endif %}
    {% do exceptions.warn(
        'outhaul.diff in model ' ~ diff.name ~ ': ' ~ message
        ~ '. They are in ' ~ diff.relation ~ ' where _outhaul_change is null.'
    ) %}
{% endmacro %}
