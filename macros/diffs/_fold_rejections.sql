{#- Keep the rejected row versions in `d__rejected`, with when to try them again. -#}
{% macro _fold_rejections(diff, columns, key, claims) %}
    {% set known = load_cached_relation(diff.rejected) is not none %}
    {% if not known or (claims.rejected == 0 and outhaul._count(diff.rejected) == 0) %}
        {{ return('') }}
    {% endif %}
    {% do outhaul._fill_work_table(diff, 'refused', outhaul._refused_query(diff, columns, key)) %}
    {% do outhaul._write_refused(diff, columns + outhaul._rejected_own_columns(), key, claims) %}
{% endmacro %}

{#- Put the refused rows in the place of what `d__rejected` has of the keys that are settled. -#}
{% macro _write_refused(diff, columns, key, claims) %}
    {{ return(adapter.dispatch('_write_refused', 'outhaul')(diff, columns, key, claims)) }}
{% endmacro %}

{% macro default___write_refused(diff, columns, key, claims) %}
    {% do outhaul._execute(
        'delete from ' ~ diff.rejected ~ ' as rejected where exists (select 1 from '
        ~ outhaul._settled(diff, claims) ~ ' and ' ~ outhaul._keys_match('rejected', 'published', key) ~ ')'
        ~ ' or exists (select 1 from ' ~ diff.refused ~ ' as refused where '
        ~ outhaul._keys_match('rejected', 'refused', key) ~ ')'
    ) %}
    {% set written = outhaul._columns_list(columns) %}
    {% do outhaul._execute(
        'insert into ' ~ diff.rejected ~ ' (' ~ written ~ ') select ' ~ written ~ ' from ' ~ diff.refused
    ) %}
{% endmacro %}

{#- One statement, which a crash cannot divide. -#}
{% macro bigquery___write_refused(diff, columns, key, claims) %}
    {% set set_values = [] %}
    {% set nulls = [] %}
    {% for column in columns %}
        {% set name = outhaul.quoted(column.name) %}
        {% do set_values.append(name ~ ' = wanted.' ~ name) %}
        {% do nulls.append('published.' ~ name if column.name in key else 'cast(null as ' ~ column.type ~ ')') %}
    {% endfor %}
    {% do outhaul._execute(
        'merge into ' ~ diff.rejected ~ ' as rejected using ('
        ~ 'select ' ~ outhaul._columns_list(columns, 'refused') ~ ', true as _outhaul_is_refused from '
        ~ diff.refused ~ ' as refused union all select ' ~ nulls | join(', ') ~ ', false from '
        ~ outhaul._settled(diff, claims) ~ ' and not exists (select 1 from ' ~ diff.refused
        ~ ' as refused where ' ~ outhaul._keys_match('refused', 'published', key) ~ ')) as wanted on '
        ~ outhaul._keys_match('rejected', 'wanted', key)
        ~ ' when matched and wanted._outhaul_is_refused then update set ' ~ set_values | join(', ')
        ~ ' when matched then delete when not matched and wanted._outhaul_is_refused then insert ('
        ~ outhaul._columns_list(columns) ~ ') values (' ~ outhaul._columns_list(columns, 'wanted') ~ ')'
    ) %}
{% endmacro %}

{#- The rows of the published generation that have an outcome: a from clause and its conditions. -#}
{% macro _settled(diff, claims) %}
    {{ return(
        diff.relation ~ ' as published where published._outhaul_generation = ' ~ diff.before.generation
        ~ ' and published._outhaul_seq <= ' ~ claims.committed
    ) }}
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
        'select * from (select rejections.*, row_number() over ('
        ~ 'partition by seq order by recorded_at desc) as recency from '
        ~ outhaul.ledger_relation('outhaul_rejections') ~ ' as rejections where '
        ~ outhaul._this_generation(diff) ~ ') as ranked where recency = 1'
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
    {{ return(dbt.dateadd('minute', '(' ~ minutes ~ ')', 'rejections.recorded_at')) }}
{% endmacro %}

{#- The columns of `d__rejected` that are outhaul's own, in order. -#}
{% macro _rejected_own_columns() %}
    {% set text = dbt.type_string() %}
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
