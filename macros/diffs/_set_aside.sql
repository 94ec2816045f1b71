{#- Set aside the rows that cannot be told apart or addressed; they are never sent.

Rows equal in every column count once. A row is invalid with a null key, an empty
identity, a key or an identity that another row has too. An invalid key is not
treated as having left the segment. Adds to the diff `segment_rows`,
`invalid_rows` and `source`, a query of the valid rows. -#}
{% macro _set_aside(diff) %}
    {% set counts = outhaul._key_counts(diff) %}
    {% set from_work = ' from ' ~ diff.work ~ ' as work' %}
    {% set columns = outhaul._columns_list(diff.columns, 'work') %}
    {% set unusable = outhaul._unusable(diff) %}
    {% set source = 'select ' ~ columns ~ from_work %}
    {% if counts.unusable > 0 or counts.repeated > 0 %}
        {% do outhaul._create_suspects(diff, unusable) %}
        {% do outhaul._create_invalid(diff) %}
        {% set suspects = outhaul._suspects(diff) %}
        {% set source =
            source ~ ' where not ' ~ unusable ~ ' and not exists (select 1 from ' ~ suspects
            ~ ' as suspects where ' ~ outhaul._keys_match('suspects', 'work', diff.key) ~ ')'
            ~ ' union all select ' ~ outhaul._columns_list(diff.columns, 'suspects')
            ~ ' from ' ~ suspects ~ ' as suspects where suspects._outhaul_held is null'
        %}
    {% endif %}
    {% do diff.update({
        'source': source,
        'segment_rows': counts.rows,
        'invalid_rows': outhaul._count(diff.invalid) if counts.unusable > 0 or counts.repeated > 0 else 0,
    }) %}
    {% do outhaul._report_invalid(diff, counts) %}
{% endmacro %}

{#- Rows of the segment, rows without usable key or identity, and repeated keys or identities. -#}
{% macro _key_counts(diff) %}
    {% set row = outhaul._fetch(
        'select count(*), coalesce(sum(case when ' ~ outhaul._unusable(diff) ~ ' then 1 else 0 end), 0)'
        ~ ' from ' ~ diff.work ~ ' as work'
    )[0] %}
    {% set repeated = outhaul._fetch(
        'select count(*) from (' ~ outhaul._repeated(diff) ~ ') as repeated'
    )[0][0] %}
    {{ return({'rows': row[0] | int, 'unusable': row[1] | int, 'repeated': repeated | int}) }}
{% endmacro %}

{#- "the key is null or the identity is empty". -#}
{% macro _unusable(diff) %}
    {% set key_is_null = outhaul._key_is_null('work', diff.key) %}
    {% if diff.identity is none or diff.identity in diff.key %}
        {{ return(key_is_null) }}
    {% endif %}
    {{ return(
        '(' ~ key_is_null ~ ' or coalesce(' ~ outhaul._folded_identity('work', diff.identity) ~ ", '') = '')"
    ) }}
{% endmacro %}

{#- What occurs more than once: keys, and folded identities where they are not the key. -#}
{% macro _repeated(diff) %}
    {% set usable = ' from ' ~ diff.work ~ ' as work where not ' ~ outhaul._unusable(diff) %}
    {% set groups = [] %}
    {% if diff.identity is none or diff.key != [diff.identity] %}
        {% do groups.append(outhaul._key_list(diff.key, 'work')) %}
    {% endif %}
    {% if diff.identity is not none %}
        {% do groups.append(outhaul._folded_identity('work', diff.identity)) %}
    {% endif %}
    {% set queries = [] %}
    {% for group in groups %}
        {% do queries.append('select 1 as once' ~ usable ~ ' group by ' ~ group ~ ' having count(*) > 1') %}
    {% endfor %}
    {{ return(queries | join(' union all ')) }}
{% endmacro %}

{#- The name of the work table of suspect rows. -#}
{% macro _suspects(diff) %}
    {% if 'suspects' not in diff %}
        {% do diff.update({'suspects': make_temp_relation(diff.relation, '__suspects')}) %}
    {% endif %}
    {{ return(diff.suspects) }}
{% endmacro %}

{#- All rows that share a key or an identity, each distinct one once, judged one by one. -#}
{% macro _create_suspects(diff, unusable) %}
    {% set key = outhaul._key_list(diff.key, 'work') %}
    {% set alike = [] %}
    {% for column in diff.columns %}
        {% do alike.append(outhaul.comparable('work.' ~ outhaul.quoted(column.name), column.type)) %}
    {% endfor %}
    {% set by_identity = '1' %}
    {% if diff.identity is not none %}
        {% set by_identity = 'count(*) over (partition by ' ~ outhaul._folded_identity('work', diff.identity) ~ ')' %}
    {% endif %}
    {% set columns = outhaul._columns_list(diff.columns, 'work') %}
    {% set ranked =
        'select ' ~ columns ~ ', count(*) over (partition by ' ~ key ~ ') as _outhaul_same_key, '
        ~ by_identity ~ ' as _outhaul_same_identity'
        ~ ', row_number() over (partition by ' ~ alike | join(', ') ~ ' order by ' ~ alike[0] ~ ') as _outhaul_copy'
        ~ ' from ' ~ diff.work ~ ' as work where not ' ~ unusable
    %}
    {% set distinct_rows =
        'select ' ~ columns ~ ' from (' ~ ranked ~ ') as work'
        ~ ' where (_outhaul_same_key > 1 or _outhaul_same_identity > 1) and _outhaul_copy = 1'
    %}
    {% do outhaul._execute(
        'create temporary table ' ~ outhaul._suspects(diff) ~ ' as '
        ~ (outhaul._judged_by_preference(diff, distinct_rows) if diff.prefer
           else outhaul._judged(diff, distinct_rows))
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
            ~ outhaul._folded_identity('work', diff.identity) ~ ") > 1 then 'duplicate identity'"
        %}
    {% endif %}
    {{ return(
        'select ' ~ columns ~ ', case ' ~ verdict ~ ' end as _outhaul_held from ('
        ~ distinct_rows ~ ') as work'
    ) }}
{% endmacro %}

{#- `prefer` picks one row per key, then one per identity; only the latter's losers are set aside. -#}
{% macro _judged_by_preference(diff, distinct_rows) %}
    {% set columns = outhaul._columns_list(diff.columns, 'work') %}
    {% set per_key =
        'select ' ~ columns ~ ' from (select ' ~ columns ~ ', row_number() over (partition by '
        ~ outhaul._key_list(diff.key, 'work') ~ ' order by ' ~ diff.prefer ~ ') as _outhaul_rank from ('
        ~ distinct_rows ~ ') as work) as work where _outhaul_rank = 1'
    %}
    {% set verdict = 'cast(null as ' ~ dbt.type_string() ~ ')' %}
    {% if diff.identity is not none %}
        {% set verdict =
            'case when row_number() over (partition by ' ~ outhaul._folded_identity('work', diff.identity)
            ~ ' order by ' ~ diff.prefer ~ ") > 1 then 'duplicate identity' end"
        %}
    {% endif %}
    {{ return('select ' ~ columns ~ ', ' ~ verdict ~ ' as _outhaul_held from (' ~ per_key ~ ') as work') }}
{% endmacro %}

{#- The rows that are never sent, with the reason. -#}
{% macro _create_invalid(diff) %}
    {% set columns = outhaul._columns_list(diff.columns, 'work') %}
    {% set reason =
        'case when ' ~ outhaul._key_is_null('work', diff.key) ~ " then 'null key' else 'empty identity' end"
    %}
    {% do outhaul._execute(
        'create temporary table ' ~ diff.invalid ~ ' as select ' ~ columns ~ ', ' ~ reason
        ~ ' as _outhaul_held from ' ~ diff.work ~ ' as work where ' ~ outhaul._unusable(diff)
        ~ ' union all select ' ~ outhaul._columns_list(diff.columns, 'suspects')
        ~ ', suspects._outhaul_held from ' ~ outhaul._suspects(diff)
        ~ ' as suspects where suspects._outhaul_held is not null'
    ) %}
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
        diff.invalid_rows ~ ' of ' ~ counts.rows ~ ' rows cannot be sent: ' ~ reasons | join(', ')
    %}
    {% if bad_keys | sum > diff.max_invalid * counts.rows %}
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
