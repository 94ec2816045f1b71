{#- A changed unique_key works where the state can be tracked by it as well. -#}
{% macro _check_new_key(diff) %}
    {% if diff.before.generation == 0 or outhaul._stored_key(diff.before) == diff.key %}
        {{ return('') }}
    {% endif %}
    {% set change =
        "'unique_key' changed from " ~ fromjson(diff.before.key_columns) | join(', ') ~ ' to '
        ~ outhaul._written_names(diff.key) | join(', ')
    %}
    {% set held_names = diff.state_columns | map(attribute='name') | list %}
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
