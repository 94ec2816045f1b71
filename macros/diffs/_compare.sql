{#- Compare the segment with what the destination holds, by key.

A full outer join and a null-safe comparison column by column; what is in doubt
is sent again, as an insertion where membership itself is in doubt. Adds to the
diff `acknowledged_rows`, `rejected_rows`, and `is_first`: nothing is held, so all is
inserted. -#}
{% macro _compare(diff) %}
    {% set counted = outhaul._fetch(
        'select acknowledged.row_count, rejected.row_count from (select count(*) as row_count from '
        ~ diff.acknowledged ~ ') as acknowledged cross join (select '
        ~ ('count(*) as row_count from ' ~ diff.rejected if diff.rejected_is_kept else '0 as row_count')
        ~ ') as rejected'
    )[0] | map('int') | list %}
    {% do diff.update({
        'acknowledged_rows': counted[0],
        'rejected_rows': counted[1],
        'is_first': counted == [0, 0],
    }) %}
    {% if not diff.is_first %}
        {% do outhaul._fill_work_table(
            diff, 'changes',
            outhaul._appended_query(diff) if diff.append_only else outhaul._changes_query(diff)
        ) %}
    {% endif %}
{% endmacro %}

{#- One row per key that differs: change, changed columns, values to send. -#}
{% macro _changes_query(diff) %}
    {% set source_key = 'source.' ~ outhaul.quoted(diff.key[0]) %}
    {% set held_key = 'acknowledged.' ~ outhaul.quoted(diff.key[0]) %}
    {% set invalid_key = 'invalid.' ~ outhaul.quoted(diff.key[0]) %}
    {% set values = [] %}
    {% for column in diff.columns %}
        {% set name = outhaul.quoted(column.name) %}
        {% do values.append(
            'case when ' ~ source_key ~ ' is null then acknowledged.' ~ name
            ~ ' else source.' ~ name ~ ' end as ' ~ name
        ) %}
    {% endfor %}
    {% set is_updated =
        source_key ~ ' is not null and ' ~ held_key ~ ' is not null'
        ~ " and coalesce(acknowledged._outhaul_in_doubt, 'updated') = 'updated'"
    %}
    {{ return(
        'select case when ' ~ source_key ~ " is null then 'removed' when " ~ is_updated
        ~ " then 'updated' else 'inserted' end as _outhaul_change"
        ~ ', case when ' ~ is_updated ~ ' then ' ~ outhaul._changed_columns(diff)
        ~ ' end as _outhaul_changed_columns'
        ~ ', cast(null as ' ~ outhaul.type_text() ~ ') as _outhaul_held, ' ~ values | join(', ')
        ~ ' from (' ~ diff.source ~ ') as source full outer join ' ~ diff.held ~ ' as acknowledged on '
        ~ outhaul._keys_match('source', 'acknowledged', diff.key)
        ~ (outhaul._invalid_joined(diff) if diff.invalid_rows else '')
        ~ ' where (' ~ source_key ~ ' is null or ' ~ held_key ~ ' is null'
        ~ ' or acknowledged._outhaul_in_doubt is not null or '
        ~ outhaul._content_differs('source', 'acknowledged', diff.columns)
        ~ (' or ' ~ outhaul._is_to_be_refreshed(diff) if diff.refresh_days else '') ~ ')'
        ~ (' and (' ~ source_key ~ ' is not null or ' ~ invalid_key ~ ' is null)' if diff.invalid_rows else '')
    ) }}
{% endmacro %}

{#- Whether the destination acknowledged a row longer ago than "refresh_after" says.

A hash of the key puts off each row by up to a quarter of that, so that rows which went
out together do not all come back in one build. -#}
{% macro _is_to_be_refreshed(diff) %}
    {% set columns = [] %}
    {% for name in diff.key %}
        {% do columns.append('acknowledged.' ~ outhaul.quoted(name)) %}
    {% endfor %}
    {% set digits = outhaul._hash_digits(columns, diff.name) %}
    {% set cases = [] %}
    {% for digit in '123456789abcdefg' %}
        {% set days = diff.refresh_days + loop.index0 * (diff.refresh_days // 4) // 15 %}
        {% do cases.append(
            'when ' ~ digits ~ " < '" ~ digit ~ "' then " ~ outhaul.days_ago(days, outhaul.type_instant())
        ) %}
    {% endfor %}
    {{ return('acknowledged._outhaul_acknowledged_at < case ' ~ cases | join(' ') ~ ' end') }}
{% endmacro %}

{#- Each key that is invalid today, once: it has not left the segment. -#}
{% macro _invalid_joined(diff) %}
    {{ return(
        ' left join (select distinct ' ~ outhaul._key_list(diff.key) ~ ' from ' ~ diff.invalid
        ~ ') as invalid on ' ~ outhaul._keys_match('invalid', 'acknowledged', diff.key)
    ) }}
{% endmacro %}

{#- The names of the changed columns as a JSON array. -#}
{% macro _changed_columns(diff) %}
    {% set parts = [] %}
    {% for column in diff.columns %}
        {% if column.name not in diff.key %}
            {% do parts.append(
                'case when ' ~ outhaul._column_differs('source', 'acknowledged', column)
                ~ ' then ' ~ outhaul.literal(',' ~ tojson(outhaul.written_name(column.name))) ~ " else '' end"
            ) %}
        {% endif %}
    {% endfor %}
    {% if not parts %}
        {{ return("'[]'") }}
    {% endif %}
    {#- in groups, because warehouses limit how deep an expression may nest -#}
    {% set groups = [] %}
    {% for group in parts | batch(40) %}
        {% do groups.append('(' ~ group | join(' || ') ~ ')') %}
    {% endfor %}
    {{ return("'[' || substring(" ~ groups | join(' || ') ~ ", 2) || ']'") }}
{% endmacro %}
