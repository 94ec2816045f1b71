{#- A diff whose schema, database or alias changed: bring its tables to the new place.

The ledger says where the last build left them. They are copied, so that a build that
fails leaves them where they are, and dropped there when the diff is published. Adds to
the diff `moved`: the relations to drop. -#}
{% macro _move_state(diff) %}
    {% do diff.update({'moved': []}) %}
    {% if outhaul._is_in_place(diff) %}
        {{ return('') }}
    {% endif %}
    {% set old = diff.relation.incorporate(path={
        'database': diff.before.relation_database,
        'schema': diff.before.relation_schema,
        'identifier': diff.before.relation_name,
    }) %}
    {% if not outhaul.exists(outhaul._beside(old, '__acknowledged')) %}
        {#- moved by hand, or gone -#}
        {{ return('') }}
    {% endif %}
    {% do outhaul._refuse_taken_place(diff) %}
    {% for pair in [
        [old, diff.relation, '_outhaul_seq'],
        [outhaul._beside(old, '__acknowledged'), diff.acknowledged, none],
        [outhaul._beside(old, '__rejected'), diff.rejected, none],
    ] %}
        {% if outhaul.exists(pair[0]) %}
            {% do outhaul.replace_table(pair[1], 'select * from ' ~ pair[0], 'outhaul_move', pair[2]) %}
            {% do diff.moved.append(pair[0]) %}
        {% endif %}
    {% endfor %}
    {#- what is in the tables of the new place has to be looked up anew -#}
    {% do diff.before.update({'found': none}) %}
    {% do outhaul.prepare_reading(diff.acknowledged, outhaul._stored_key(diff.before)) %}
    {% do log('outhaul: ' ~ diff.name ~ ' moves from ' ~ old ~ ' to ' ~ diff.relation, info=true) %}
{% endmacro %}

{#- Whether the published diff, if there is one, is where this build will put it. -#}
{% macro _is_in_place(diff) %}
    {% set before = diff.before %}
    {% set place = outhaul.stored_place(diff.relation) %}
    {{ return(
        before.generation == 0 or before.relation_name is none or outhaul.is_same_place(
            [place.database, place.schema, place.identifier],
            [before.relation_database, before.relation_schema, before.relation_name]
        )
    ) }}
{% endmacro %}

{#- The new place must not be that of another activation. -#}
{% macro _refuse_taken_place(diff) %}
    {% set owner = outhaul._owner_of_place(diff) %}
    {% if owner is not none %}
        {% do outhaul._refuse(
            'it would move to ' ~ diff.relation ~ ', where the ledger has ' ~ owner
            ~ '. Move that one first, or give this one another place'
        ) %}
    {% endif %}
{% endmacro %}

{#- Another activation of the ledger that is where this build will put the diff, or none. -#}
{% macro _owner_of_place(diff) %}
    {% set place = outhaul.stored_place(diff.relation) %}
    {% set query -%}
        select activation
        from {{ outhaul.ledger_relation('outhaul_activations') }}
        where
            generation > 0
            and activation <> {{ outhaul.literal(diff.name) }}
            and lower(relation_schema) = {{ outhaul.literal(place.schema | lower) }}
            and lower(relation_name) = {{ outhaul.literal(place.identifier | lower) }}
            and lower(coalesce(relation_database, '')) = {{ outhaul.literal((place.database or '') | lower) }}
    {%- endset %}
    {% set rows = outhaul._fetch(query) %}
    {{ return(rows[0][0] if rows else none) }}
{% endmacro %}

{#- The tables in the old place, once the new ones are published. -#}
{% macro _drop_moved(diff) %}
    {% for relation in diff.moved %}
        {% do adapter.drop_relation(relation) %}
    {% endfor %}
{% endmacro %}
