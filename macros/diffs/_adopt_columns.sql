{#- Bring `d__acknowledged` and `d__rejected` to the columns of the select, keeping state.

An added column starts as null, so rows with a value count as updated. A dropped
one goes. A retyped one is cast where no value can fail; elsewhere it starts as
null and its rows count as doubtful, so that they are sent once more. The order of
the columns does not matter. Columns of the key and the identity keep their values, also
when they are renamed; see `_keep_key_types`.

Adds to the diff `held`: what is acknowledged, in the columns of the select; the tables
themselves follow when the diff is published, since a build that is refused changes
none. Also `adopted`, the query of the changed table or none, and `rejected_is_kept`. -#}
{% macro _adopt_columns(diff) %}
    {% do diff.update({'held': diff.acknowledged, 'adopted': none, 'rejected_is_kept': true}) %}
    {% if load_cached_relation(diff.acknowledged) is none %}
        {% do outhaul._create_state(diff) %}
        {{ return('') }}
    {% endif %}
    {% set held = outhaul._without_own(outhaul.columns_of(diff.acknowledged)) %}
    {% do diff.update({'renamed': outhaul._renamed_columns(diff, held) if diff.before.generation else {}}) %}
    {% do outhaul._keep_key_types(diff, held) %}
    {% if not outhaul._same_columns(held, diff.columns) %}
        {% set adopted = outhaul._adopted_query(diff, held) %}
        {% do diff.update({'adopted': adopted, 'held': '(' ~ adopted ~ ')', 'columns_changed': true}) %}
    {% endif %}
    {#- without a transaction, a crash may have come between the two tables -#}
    {% if diff.adopted or load_cached_relation(diff.rejected) is none or not (
        outhaul.is_transactional() or outhaul._same_columns(
            outhaul._without_own(outhaul.columns_of(diff.rejected)), diff.columns
        )
    ) %}
        {% do diff.update({'rejected_is_kept': false}) %}
    {% endif %}
    {% do outhaul._check_new_key(diff, held | map(attribute='name') | list) %}
{% endmacro %}

{#- Put the tables of the state into the new columns. -#}
{% macro _keep_adopted(diff) %}
    {% if diff.adopted %}
        {% do outhaul.replace_table(diff.acknowledged, diff.adopted, 'outhaul_adopt') %}
        {% do outhaul.prepare_reading(diff.acknowledged, diff.key) %}
    {% endif %}
    {% do outhaul._create_rejected(diff) if not diff.rejected_is_kept %}
{% endmacro %}

{#- Whether two lists of columns have the same names and types. -#}
{% macro _same_columns(some, others) %}
    {{ return(
        some | sort(attribute='name', case_sensitive=true)
        == others | sort(attribute='name', case_sensitive=true)
    ) }}
{% endmacro %}

{#- The state tables of an activation that never ran. -#}
{% macro _create_state(diff) %}
    {% set own = [
        {'name': '_outhaul_in_doubt', 'type': outhaul.type_text()},
        {'name': '_outhaul_acknowledged_at', 'type': outhaul.type_instant()},
    ] %}
    {% do outhaul.replace_table(
        diff.acknowledged, outhaul._empty_state_query(diff, own), 'outhaul_adopt'
    ) %}
    {% do outhaul._create_rejected(diff) %}
{% endmacro %}

{#- An empty `d__rejected`: other columns are other contents, which were never rejected. -#}
{% macro _create_rejected(diff) %}
    {% do outhaul.replace_table(
        diff.rejected, outhaul._empty_state_query(diff, outhaul._rejected_own_columns()),
        'outhaul_adopt'
    ) %}
{% endmacro %}

{#- No rows, the columns of the select and these. -#}
{% macro _empty_state_query(diff, own_columns) -%}
    select
        {{ outhaul._column_lines(diff.columns, 'work') }}
        {%- for column in own_columns %},
        cast(null as {{ column.type }}) as {{ column.name }}
        {%- endfor %}
    from {{ diff.work }} as work
    where 1 = 0
{%- endmacro %}

{#- The acknowledged rows in the columns of the select. -#}
{% macro _adopted_query(diff, held) %}
    {% set held_types = {} %}
    {% for column in held %}
        {% do held_types.update({column.name: column.type}) %}
    {% endfor %}
    {% set parts = [] %}
    {% set doubted = [] %}
    {% for column in diff.columns %}
        {% set name = outhaul.quoted(column.name) %}
        {% set held_name = diff.renamed.get(column.name, column.name) %}
        {% set held_type = held_types.get(held_name) %}
        {% set cast_held = 'cast(acknowledged.' ~ outhaul.quoted(held_name) ~ ' as ' ~ column.type ~ ') as ' ~ name %}
        {% do doubted.append(column.name) if column.name in diff.renamed %}
        {% if held_type == column.type and held_name == column.name %}
            {% do parts.append('acknowledged.' ~ name) %}
        {% elif held_type is not none and (
            column.name in diff.key or column.name == diff.identity
            or outhaul.casts_safely(held_type, column.type)
        ) %}
            {% do parts.append(cast_held) %}
        {% else %}
            {% do parts.append('cast(null as ' ~ column.type ~ ') as ' ~ name) %}
            {% do doubted.append(column.name) if held_type is not none %}
        {% endif %}
    {% endfor %}
    {% set query %}
        select
            {{ parts | join(',\n' ~ ' ' * 12) }},
            {% if doubted -%}
            coalesce(acknowledged._outhaul_in_doubt, 'updated') as _outhaul_in_doubt,
            {%- else -%}
            acknowledged._outhaul_in_doubt,
            {%- endif %}
            acknowledged._outhaul_acknowledged_at
        from {{ diff.acknowledged }} as acknowledged
    {% endset %}
    {{ return(query) }}
{% endmacro %}

{#- A changed unique_key works where the state can be tracked by it as well. -#}
{% macro _check_new_key(diff, held_names) %}
    {% if diff.before.generation == 0 or outhaul._stored_key(diff.before) == diff.key %}
        {{ return('') }}
    {% endif %}
    {% set change =
        "'unique_key' changed from " ~ fromjson(diff.before.key_columns) | join(', ') ~ ' to '
        ~ outhaul._written_names(diff.key) | join(', ')
    %}
    {% set clashes = outhaul._fetch(outhaul._clashes_query(diff))[0][0] %}
    {% if clashes > 0 %}
        {% for name in diff.key if diff.renamed.get(name, name) not in held_names %}
            {% do outhaul._refuse(
                change ~ ", but the destination holds no values of '" ~ outhaul.written_name(name) ~ "' yet: set it back,"
                ~ ' select both columns, and change it when they were built and synced'
            ) %}
        {% endfor %}
        {% do outhaul._refuse(
            change ~ ', which does not tell apart what the destination holds (' ~ clashes ~ ' rows): set it back, or give the new binding a model of its own'
        ) %}
    {% endif %}
{% endmacro %}

{#- How many keys would tell no acknowledged row apart: several rows have them, or they are null. -#}
{% macro _clashes_query(diff) -%}
    with

    acknowledged as (

        select {{ outhaul._key_list(diff.key, 'held') }}
        from {{ diff.held }} as held

    ),

    clashes as (

        select 1 as is_clash
        from acknowledged
        where not {{ outhaul._key_is_null('acknowledged', diff.key) }}
        group by {{ outhaul._key_list(diff.key, 'acknowledged') }}
        having count(*) > 1
        union all
        select 1 as is_clash
        from acknowledged
        where {{ outhaul._key_is_null('acknowledged', diff.key) }}

    )

    select count(*) as row_count from clashes
{%- endmacro %}
