{#- Learn the columns of `d__acknowledged` and `d__rejected`, which have the same.

The ledger knows them. Where it may not, since a build died that changed them or somebody
asked for a resync, the tables are looked at, and a table of rejections that is gone or has
others is made anew: other columns are other contents, which were never rejected.
Adds to the diff `state_columns`, as {name, type}; none where nothing was built yet. -#}
{% macro _know_state(diff) %}
    {% do diff.update({'state_columns': none}) %}
    {% if outhaul._existing(diff, 'acknowledged') is none %}
        {{ return('') }}
    {% endif %}
    {% set recorded = fromjson(diff.before.state_columns) if diff.before.state_columns else none %}
    {% if recorded and not diff.resync_due and outhaul._existing(diff, 'rejected') is not none and (
        diff.claims.claimed == 0 or outhaul._same_columns(recorded, outhaul._sent_columns(diff.before))
    ) %}
        {% do diff.update({'state_columns': recorded}) %}
        {{ return('') }}
    {% endif %}
    {% do diff.update({'state_columns': outhaul._without_own(outhaul.columns_of(diff.acknowledged))}) %}
    {% if outhaul._existing(diff, 'rejected') is none or not outhaul._same_columns(
        outhaul._without_own(outhaul.columns_of(diff.rejected)), diff.state_columns
    ) %}
        {% do outhaul._create_rejected(diff) %}
    {% endif %}
{% endmacro %}

{#- The columns of a build in the ledger, as the warehouse stores the names. -#}
{% macro _sent_columns(before) %}
    {% set columns = [] %}
    {% for column in fromjson(before.columns) %}
        {% do columns.append({'name': column.get('stored_as', column.name), 'type': column.type}) %}
    {% endfor %}
    {{ return(columns) }}
{% endmacro %}

{#- Its key, likewise. -#}
{% macro _stored_key(before) %}
    {% set stored = {} %}
    {% for column in fromjson(before.columns) %}
        {% do stored.update({column.name: column.get('stored_as', column.name)}) %}
    {% endfor %}
    {% set key = [] %}
    {% for name in fromjson(before.key_columns) %}
        {% do key.append(stored[name]) %}
    {% endfor %}
    {{ return(key) }}
{% endmacro %}

{#- The column of its identity, likewise, or none. -#}
{% macro _stored_identity(before) %}
    {% set key = outhaul._stored_key(before) %}
    {% set identity = fromjson(before.settings or '{}').get('identity', key[0] if key | length == 1 else none) %}
    {% for column in outhaul._sent_columns(before) if identity and column.name | lower == identity | lower %}
        {{ return(column.name) }}
    {% endfor %}
    {{ return(none) }}
{% endmacro %}

{#- Whether two lists of columns have the same names and types. -#}
{% macro _same_columns(some, others) %}
    {{ return(
        some | sort(attribute='name', case_sensitive=true)
        == others | sort(attribute='name', case_sensitive=true)
    ) }}
{% endmacro %}

{#- The state of an activation that never ran: no rows, the columns of the select. -#}
{% macro _create_state(diff) %}
    {% set query -%}
        select
            {{ outhaul._column_lines(diff.columns, 'work', 12) }},
            cast(null as {{ outhaul.type_text() }}) as _outhaul_in_doubt,
            cast(null as {{ outhaul.type_instant() }}) as _outhaul_acknowledged_at
        from {{ diff.work }} as work
        where 1 = 0
    {%- endset %}
    {% do outhaul.replace_table(diff.acknowledged, query, 'outhaul_adopt') %}
    {% do diff.update({'state_columns': diff.columns}) %}
    {% do outhaul._create_rejected(diff) %}
{% endmacro %}

{#- An empty `d__rejected`. -#}
{% macro _create_rejected(diff) %}
    {% set query -%}
        select
            {{ outhaul._column_lines(diff.state_columns, 'acknowledged', 12) }}
            {%- for column in outhaul._rejected_own_columns() %},
            cast(null as {{ column.type }}) as {{ column.name }}
            {%- endfor %}
        from {{ diff.acknowledged }} as acknowledged
        where 1 = 0
    {%- endset %}
    {% do outhaul.replace_table(diff.rejected, query, 'outhaul_adopt') %}
    {% do diff.found.update({'refused_rows': 0}) %}
{% endmacro %}

{#- How many rows are acknowledged and rejected, after a step that changed them. -#}
{% macro _recount(diff) %}
    {% set row = outhaul._fetch(outhaul._found_query(diff, is_diff=false, is_kept=true))[0] %}
    {% do diff.found.update({'held_rows': row[1] | int, 'refused_rows': row[2] | int}) %}
{% endmacro %}
