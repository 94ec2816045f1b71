{#- Keep the rejected row versions in `d__rejected`, with when to try them again. -#}
{% macro _fold_rejections(diff, columns, key, claims) %}
    {% set known = load_cached_relation(diff.rejected) is not none %}
    {% if not known or (claims.rejected == 0 and outhaul._count(diff.rejected) == 0) %}
        {{ return('') }}
    {% endif %}
    {% do outhaul._fill_work_table(diff, 'refused', outhaul._refused_query(diff, columns, key)) %}
    {% set refused_keys = 'select ' ~ outhaul._key_list(key) ~ ' from ' ~ diff.refused %}
    {% set settled =
        ' from ' ~ diff.relation ~ ' as published left join (select distinct ' ~ outhaul._key_list(key)
        ~ ' from ' ~ diff.refused ~ ') as refused on ' ~ outhaul._keys_match('refused', 'published', key)
        ~ ' where published._outhaul_generation = ' ~ diff.before.generation
        ~ ' and published._outhaul_seq <= ' ~ claims.committed
        ~ ' and refused.' ~ outhaul.quoted(key[0]) ~ ' is null'
    %}
    {% do outhaul._execute(outhaul.delete_matched(
        diff.rejected, 'select ' ~ outhaul._key_list(key, 'published') ~ settled, key
    )) %}
    {% set own = outhaul._rejected_own_columns() | map(attribute='name') | list %}
    {% set written = outhaul._columns_list(columns) ~ ', ' ~ own | join(', ') %}
    {% if not outhaul.folds_by_merge() %}
        {% do outhaul._execute(outhaul.delete_matched(diff.rejected, refused_keys, key)) %}
        {% do outhaul._execute(
            'insert into ' ~ diff.rejected ~ ' (' ~ written ~ ') select ' ~ written ~ ' from ' ~ diff.refused
        ) %}
    {% else %}
        {% set values = [] %}
        {% for column in columns %}
            {% do values.append(outhaul.quoted(column.name)) %}
        {% endfor %}
        {% set set = [] %}
        {% for name in values + own %}
            {% do set.append(name ~ ' = refused.' ~ name) %}
        {% endfor %}
        {% do outhaul._execute(
            'merge into ' ~ diff.rejected ~ ' as rejected using ' ~ diff.refused ~ ' as refused on '
            ~ outhaul._keys_match('rejected', 'refused', key)
            ~ ' when matched then update set ' ~ set | join(', ')
            ~ ' when not matched then insert (' ~ written ~ ') values (refused.'
            ~ (values + own) | join(', refused.') ~ ')'
        ) %}
    {% endif %}
{% endmacro %}

{#- The refused rows of the published generation, counted on where the same row came before.

A rejection that was folded already, by a build that failed later, counts once. -#}
{% macro _refused_query(diff, columns, key) %}
    {% set again =
        '(earlier._outhaul_attempts is not null and not '
        ~ outhaul._content_differs('published', 'earlier', columns)
        ~ " and (published._outhaul_change = 'removed') = (earlier._outhaul_change = 'removed'))"
    %}
    {% set attempts =
        'case when not ' ~ again ~ ' then 1'
        ~ ' when earlier._outhaul_rejected_at = rejections.recorded_at then earlier._outhaul_attempts'
        ~ ' else earlier._outhaul_attempts + 1 end'
    %}
    {{ return(
        'select ' ~ outhaul._columns_list(columns, 'published')
        ~ ', published._outhaul_change'
        ~ ', rejections.kind as _outhaul_kind, rejections.code as _outhaul_code'
        ~ ', rejections.message as _outhaul_message'
        ~ ', ' ~ attempts ~ ' as _outhaul_attempts'
        ~ ', case when ' ~ again ~ ' then earlier._outhaul_first_rejected_at'
        ~ ' else rejections.recorded_at end as _outhaul_first_rejected_at'
        ~ ', rejections.recorded_at as _outhaul_rejected_at'
        ~ ', ' ~ outhaul._retry_at(attempts) ~ ' as _outhaul_retry_at'
        ~ ' from (' ~ outhaul._last_rejections(diff) ~ ') as rejections'
        ~ ' inner join ' ~ diff.relation ~ ' as published'
        ~ ' on published._outhaul_seq = rejections.seq'
        ~ ' and published._outhaul_generation = ' ~ diff.before.generation
        ~ ' left join ' ~ diff.rejected ~ ' as earlier on '
        ~ outhaul._keys_match('published', 'earlier', key)
    ) }}
{% endmacro %}

{#- The last rejection of each position: a crash may have recorded one twice. -#}
{% macro _last_rejections(diff) %}
    {{ return(
        'select * from (select refusals.*, row_number() over ('
        ~ 'partition by seq order by recorded_at desc) as recency from ('
        ~ outhaul._refusals(diff.name) ~ ') as refusals where generation = '
        ~ diff.before.generation ~ ') as ranked where recency = 1'
    ) }}
{% endmacro %}

{#- When a rejected row is tried again: after 1 h, 4 h, 1 day, 3 days, then weekly.
    A row that was missing may appear any time: after 10 min, 1 h, 6 h, then daily.
    One that was not sent at all goes out with the next build; one that may have
    arrived and must not be repeated never does, unless somebody asks for it. -#}
{% macro _retry_at(attempts) %}
    {% set minutes =
        "case rejections.kind when 'missing' then case " ~ attempts
        ~ ' when 1 then 10 when 2 then 60 when 3 then 360 else 1440 end'
        ~ " when 'not_sent' then 0 when 'unconfirmed' then null"
        ~ ' else case ' ~ attempts
        ~ ' when 1 then 60 when 2 then 240 when 3 then 1440 when 4 then 4320 else 10080 end end'
    %}
    {{ return(dbt.dateadd('minute', minutes, 'rejections.recorded_at')) }}
{% endmacro %}

{#- The columns of `d__rejected` that are outhaul's own, in order. -#}
{% macro _rejected_own_columns() %}
    {% set text = outhaul.type_text() %}
    {% set instant = outhaul.type_instant() %}
    {{ return([
        {'name': '_outhaul_change', 'type': text},
        {'name': '_outhaul_kind', 'type': text},
        {'name': '_outhaul_code', 'type': text},
        {'name': '_outhaul_message', 'type': text},
        {'name': '_outhaul_attempts', 'type': dbt.type_bigint()},
        {'name': '_outhaul_first_rejected_at', 'type': instant},
        {'name': '_outhaul_rejected_at', 'type': instant},
        {'name': '_outhaul_retry_at', 'type': instant},
    ]) }}
{% endmacro %}

{% macro _count(relation) %}
    {{ return(outhaul._fetch('select count(*) from ' ~ relation)[0][0] | int) }}
{% endmacro %}
