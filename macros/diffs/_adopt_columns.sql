{#- Bring `d__acknowledged` and `d__rejected` to the columns of the select, keeping state.

An added column starts as null, so rows with a value count as updated. A dropped
one goes. A retyped one is cast where no value can fail; elsewhere it starts as
null and its rows count as doubtful, so that they are sent once more. The order of
the columns does not matter. -#}
{% macro _adopt_columns(diff) %}
    {% set existing = load_cached_relation(diff.acknowledged) %}
    {% if existing is none %}
        {% do outhaul._create_state(diff) %}
        {{ return('') }}
    {% endif %}
    {% set held = outhaul._without_own(outhaul.columns_of(diff.acknowledged)) %}
    {% if held | sort(attribute='name', case_sensitive=true) != diff.columns | sort(attribute='name', case_sensitive=true) %}
        {% do diff.update({'columns_changed': true}) %}
        {% do outhaul.replace_table(
            diff.acknowledged, outhaul._adopted_query(diff, held), 'outhaul_adopt'
        ) %}
        {% do outhaul._create_rejected(diff) %}
        {% do outhaul.prepare_reading(diff.acknowledged, diff.key) %}
    {% elif load_cached_relation(diff.rejected) is none %}
        {% do outhaul._create_rejected(diff) %}
    {% endif %}
    {% do outhaul._check_new_key(diff) %}
{% endmacro %}

{#- The state tables of an activation that never ran. -#}
{% macro _create_state(diff) %}
    {% set own = [
        {'name': '_outhaul_in_doubt', 'type': dbt.type_string()},
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
{% macro _empty_state_query(diff, own_columns) %}
    {% set own = [] %}
    {% for column in own_columns %}
        {% do own.append('cast(null as ' ~ column.type ~ ') as ' ~ column.name) %}
    {% endfor %}
    {{ return(
        'select ' ~ outhaul._columns_list(diff.columns, 'work') ~ ', ' ~ own | join(', ')
        ~ ' from ' ~ diff.work ~ ' as work where 1 = 0'
    ) }}
{% endmacro %}

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
        {% set held_type = held_types.get(column.name) %}
        {% set cast_held = 'cast(acknowledged.' ~ name ~ ' as ' ~ column.type ~ ') as ' ~ name %}
        {% if held_type == column.type %}
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
    {% set doubt = 'acknowledged._outhaul_in_doubt' %}
    {% if doubted %}
        {% set doubt = "coalesce(acknowledged._outhaul_in_doubt, 'updated')" %}
    {% endif %}
    {{ return(
        'select ' ~ parts | join(', ') ~ ', ' ~ doubt ~ ' as _outhaul_in_doubt'
        ~ ', acknowledged._outhaul_acknowledged_at from ' ~ diff.acknowledged ~ ' as acknowledged'
    ) }}
{% endmacro %}

{#- A changed unique_key works where the state can be tracked by it as well. -#}
{% macro _check_new_key(diff) %}
    {% if diff.before.generation == 0 or fromjson(diff.before.key_columns) == diff.key %}
        {{ return('') }}
    {% endif %}
    {% set key = outhaul._key_list(diff.key, 'acknowledged') %}
    {% set clashes = outhaul._fetch(
        'select count(*) from (select 1 as clash from ' ~ diff.acknowledged ~ ' as acknowledged where not '
        ~ outhaul._key_is_null('acknowledged', diff.key) ~ ' group by ' ~ key
        ~ ' having count(*) > 1 union all select 1 from ' ~ diff.acknowledged
        ~ ' as acknowledged where ' ~ outhaul._key_is_null('acknowledged', diff.key) ~ ') as clashes'
    )[0][0] %}
    {% if clashes > 0 %}
        {% do outhaul._refuse(
            "'unique_key' changed from " ~ fromjson(diff.before.key_columns) | join(', ') ~ ' to '
            ~ diff.key | join(', ') ~ ', which does not tell apart what the destination holds ('
            ~ clashes ~ ' rows): set it back, or give the new binding a model of its own'
        ) %}
    {% endif %}
{% endmacro %}
