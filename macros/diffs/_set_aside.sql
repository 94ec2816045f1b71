{#- Set aside the rows that cannot be told apart or addressed; they are never sent.

Rows equal in every column count once. A row is invalid with a null key, an empty
identity, a key or an identity that another row has too. An invalid key is not
treated as having left the segment. Adds to the diff `segment_rows`,
`invalid_rows` and `source`, a query of the valid rows. -#}
{% macro _set_aside(diff) %}
    {% set counts = outhaul._key_counts(diff) %}
    {% set all_valid = counts.unusable == 0 and not counts.has_repeats %}
    {% set unusable = outhaul._unusable(diff) %}
    {% set source =
        'select ' ~ outhaul._columns_list(diff.columns, 'work') ~ ' from ' ~ diff.work ~ ' as work'
    %}
    {% if not all_valid %}
        {% set source = source ~ ' where not ' ~ unusable %}
    {% endif %}
    {% if counts.has_repeats %}
        {% do outhaul._create_suspects(diff, unusable) %}
        {% set source =
            source ~ ' and not exists (select 1 from ' ~ diff.suspects
            ~ ' as suspects where ' ~ outhaul._keys_match('suspects', 'work', diff.key) ~ ')'
            ~ ' union all select ' ~ outhaul._columns_list(diff.columns, 'suspects')
            ~ ' from ' ~ diff.suspects ~ ' as suspects where suspects._outhaul_held is null'
        %}
    {% endif %}
    {% do outhaul._create_invalid(diff, counts) if not all_valid %}
    {% do diff.update({
        'source': source,
        'all_valid': all_valid,
        'segment_rows': counts.rows,
        'invalid_rows': 0 if all_valid else outhaul._count(diff.invalid),
    }) %}
    {% do outhaul._report_invalid(diff, counts) %}
{% endmacro %}

{#- Rows of the segment, rows without usable key or identity, and whether keys or identities
    repeat; all in one scan. -#}
{% macro _key_counts(diff) %}
    {% set key = [] %}
    {% for name in diff.key %}
        {% do key.append(diff.columns | selectattr('name', 'equalto', name) | first) %}
    {% endfor %}
    {% set selected = [outhaul._columns_list(key, 'work')] %}
    {% set null_key = 'sum(case when ' ~ outhaul._key_is_null('work', diff.key) ~ ' then 1 else 0 end)' %}
    {% set identity_is_key = diff.key == [diff.identity] %}
    {% set distinct_keys = '0' if identity_is_key else outhaul.distinct_count('work', key) %}
    {% set counted = ['count(*)', 'coalesce(' ~ null_key ~ ', 0)', distinct_keys] %}
    {% if diff.identity is not none %}
        {% set identity = outhaul._identity_column(diff) %}
        {% set name = outhaul.quoted(identity.name) %}
        {% do selected.append(outhaul._usable_identity(diff) ~ ' as ' ~ name) %}
        {% do counted.append('count(*) - count(work.' ~ name ~ ')') %}
        {% do counted.append(outhaul.distinct_count('work', [identity])) %}
    {% endif %}
    {% do counted.append(outhaul._preference_tried(diff)) if diff.prefer %}
    {% set row = outhaul._fetch(
        'select ' ~ counted | join(', ') ~ ' from (select ' ~ selected | join(', ') ~ ' from '
        ~ diff.work ~ ' as work' ~ outhaul.subquery_fence() ~ ') as work'
    )[0] | map('int') | list %}
    {% set empty_identities = row[3] if diff.identity is not none else 0 %}
    {% set keys_repeat = not identity_is_key and row[2] < row[0] - row[1] %}
    {% set identities_repeat = diff.identity is not none and row[4] < row[0] - row[3] %}
    {{ return({
        'rows': row[0],
        'unusable': row[1] + empty_identities,
        'has_repeats': keys_repeat or identities_repeat,
    }) }}
{% endmacro %}

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

{#- All rows that share a key or an identity, each distinct one once, judged one by one. -#}
{% macro _create_suspects(diff, unusable) %}
    {% set key = outhaul._key_list(diff.key, 'work') %}
    {% set alike = outhaul._groupable_list(diff.columns, 'work') %}
    {% set by_identity = '1' %}
    {% if diff.identity is not none %}
        {% set by_identity = 'count(*) over (partition by ' ~ outhaul._folded_identity(diff, 'work') ~ ')' %}
    {% endif %}
    {% set columns = outhaul._columns_list(diff.columns, 'work') %}
    {% set ranked =
        'select ' ~ columns ~ ', count(*) over (partition by ' ~ key ~ ') as _outhaul_same_key, '
        ~ by_identity ~ ' as _outhaul_same_identity'
        ~ ', row_number() over (partition by ' ~ alike ~ ' order by ' ~ alike ~ ') as _outhaul_copy'
        ~ ' from ' ~ diff.work ~ ' as work where not ' ~ unusable
    %}
    {% set distinct_rows =
        'select ' ~ columns ~ ' from (' ~ ranked ~ ') as work'
        ~ ' where (_outhaul_same_key > 1 or _outhaul_same_identity > 1) and _outhaul_copy = 1'
    %}
    {% do outhaul._fill_work_table(
        diff, 'suspects',
        outhaul._judged_by_preference(diff, distinct_rows) if diff.prefer
        else outhaul._judged(diff, distinct_rows)
    ) %}
{% endmacro %}

{#- Distinct rows that still share a key or an identity are all invalid. -#}
{% macro _judged(diff, distinct_rows) %}
    {% set columns = outhaul._columns_list(diff.columns, 'work') %}
    {% set same_key = 'count(*) over (partition by ' ~ outhaul._key_list(diff.key, 'work') ~ ') > 1' %}
    {% set verdict = "when " ~ same_key ~ " then 'duplicate key'" %}
    {% if diff.identity is not none %}
        {% set verdict =
            verdict ~ ' when count(*) over (partition by '
            ~ outhaul._folded_identity(diff, 'work') ~ ") > 1 then 'duplicate identity'"
        %}
    {% endif %}
    {{ return(
        'select ' ~ columns ~ ', case ' ~ verdict ~ ' end as _outhaul_held from ('
        ~ distinct_rows ~ ') as work'
    ) }}
{% endmacro %}

{#- `prefer` picks one row per key, then one per identity; only the latter's losers are set aside.

Rows that `prefer` ranks alike are ordered by their content, so that each build picks the same. -#}
{% macro _judged_by_preference(diff, distinct_rows) %}
    {% set columns = outhaul._columns_list(diff.columns, 'work') %}
    {% set order = ' order by ' ~ diff.prefer ~ ', ' ~ outhaul._groupable_list(diff.columns, 'work') %}
    {% set per_key =
        'select ' ~ columns ~ ' from (select ' ~ columns ~ ', row_number() over (partition by '
        ~ outhaul._key_list(diff.key, 'work') ~ order ~ ') as _outhaul_rank from ('
        ~ distinct_rows ~ ') as work) as work where _outhaul_rank = 1'
    %}
    {% set verdict = 'cast(null as ' ~ outhaul.type_text() ~ ')' %}
    {% if diff.identity is not none %}
        {% set verdict =
            'case when row_number() over (partition by ' ~ outhaul._folded_identity(diff, 'work')
            ~ order ~ ") > 1 then 'duplicate identity' end"
        %}
    {% endif %}
    {{ return('select ' ~ columns ~ ', ' ~ verdict ~ ' as _outhaul_held from (' ~ per_key ~ ') as work') }}
{% endmacro %}

{#- The rows that are never sent, with the reason. -#}
{% macro _create_invalid(diff, counts) %}
    {% set columns = outhaul._columns_list(diff.columns, 'work') %}
    {% set reason =
        'case when ' ~ outhaul._key_is_null('work', diff.key) ~ " then 'null key' else 'empty identity' end"
    %}
    {% set query =
        'select ' ~ columns ~ ', ' ~ reason
        ~ ' as _outhaul_held from ' ~ diff.work ~ ' as work where ' ~ outhaul._unusable(diff)
    %}
    {% if counts.has_repeats %}
        {% set query =
            query ~ ' union all select ' ~ outhaul._columns_list(diff.columns, 'suspects')
            ~ ', suspects._outhaul_held from ' ~ diff.suspects
            ~ ' as suspects where suspects._outhaul_held is not null'
        %}
    {% endif %}
    {% do outhaul._fill_work_table(diff, 'invalid', query) %}
{% endmacro %}

{#- Warn about invalid rows; too many null and duplicate keys fail the model. -#}
{% macro _report_invalid(diff, counts) %}
    {% if diff.invalid_rows == 0 %}
        {{ return('') }}
    {% endif %}
    {% set reasons = [] %}
    {% set bad_keys = [] %}
    {% for row in outhaul._fetch(
        'select _outhaul_held, count(*) from ' ~ diff.invalid ~ ' group by _outhaul_held order by 1'
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
