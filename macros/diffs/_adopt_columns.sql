{#- Read what is acknowledged in the columns of the select.

An added column starts as null, so rows with a value count as updated. A dropped
one goes. A retyped one is cast where no value can fail; elsewhere it starts as
null and its rows count as doubtful, so that they are sent once more. The order of
the columns does not matter. Columns of the key and the identity keep their values, also
when they are renamed; see `_keep_key_types`.

Adds to the diff `held`: what is acknowledged, in the columns of the select. The table itself
follows when the diff is published or, where it would lose values, when rows with these
columns were sent. Also `adopted`, the query of the changed table or none,
`renamed`, and `rejected_is_kept`, false where rejected rows had other columns. -#}
{% macro _adopt_columns(diff) %}
    {% do diff.update({'held': diff.acknowledged, 'adopted': none, 'renamed': {}, 'rejected_is_kept': true}) %}
    {% if outhaul._existing(diff, 'acknowledged') is none %}
        {% do outhaul._create_state(diff) %}
        {{ return('') }}
    {% endif %}
    {% do diff.update({'renamed': outhaul._renamed_columns(diff)}) if diff.before.generation %}
    {% do outhaul._keep_key_types(diff) %}
    {% if not outhaul._same_columns(diff.state_columns, diff.columns) %}
        {% set adopted = outhaul._adopted_query(diff, diff.columns, diff.key + [diff.identity]) %}
        {% do diff.update({
            'adopted': adopted, 'held': '(\n\n' ~ adopted ~ '\n\n)', 'rejected_is_kept': false,
        }) %}
    {% endif %}
    {% do outhaul._check_new_key(diff) %}
{% endmacro %}

{#- Put the state into the new columns, unless that would lose values which it needs if the
    change is taken back. A column that was renamed is not put off: a later build would not
    know which was meant. -#}
{% macro _keep_adopted(diff) %}
    {% if not diff.adopted or (outhaul._loses_values(diff) and not diff.renamed) %}
        {{ return('') }}
    {% endif %}
    {#- without a transaction, a build may die between the table and the ledger -#}
    {% if not outhaul.is_transactional() %}
        {% set statement -%}
            update {{ outhaul.ledger_relation('outhaul_activations') }}
            set state_columns = null
            where activation = {{ outhaul.literal(diff.name) }}
        {%- endset %}
        {% do outhaul.end_transaction() %}
        {% do outhaul._execute(outhaul.contended(statement)) %}
        {% do outhaul.end_transaction() %}
    {% endif %}
    {% do outhaul._replace_state(diff, diff.columns, diff.key, diff.adopted) %}
{% endmacro %}

{#- Whether a column of the state is dropped, or starts as null in its new type. -#}
{% macro _loses_values(diff) %}
    {% set types = {} %}
    {% for column in diff.columns %}
        {% do types.update({diff.renamed.get(column.name, column.name): column.type}) %}
    {% endfor %}
    {% for column in diff.state_columns %}
        {% set type = types.get(column.name) %}
        {% if type is none or (
            type != column.type and column.name not in diff.key + [diff.identity]
            and not outhaul.casts_safely(column.type, type)
        ) %}
            {{ return(true) }}
        {% endif %}
    {% endfor %}
    {{ return(false) }}
{% endmacro %}

{#- Replace the tables of the state by the rows of a query, with these columns. -#}
{% macro _replace_state(diff, columns, key, query) %}
    {% do outhaul.replace_table(diff.acknowledged, query, 'outhaul_adopt') %}
    {% do outhaul.prepare_reading(diff.acknowledged, key) %}
    {% do diff.update({'state_columns': columns}) %}
    {% do outhaul._create_rejected(diff) %}
{% endmacro %}

{#- The acknowledged rows in other columns; lasting: names of those whose values must stay. -#}
{% macro _adopted_query(diff, columns, lasting) %}
    {% set held_types = {} %}
    {% for column in diff.state_columns %}
        {% do held_types.update({column.name: column.type}) %}
    {% endfor %}
    {% set renamed = diff.renamed or {} %}
    {% set parts = [] %}
    {% set doubted = [] %}
    {% for column in columns %}
        {% set name = outhaul.quoted(column.name) %}
        {% set held_name = renamed.get(column.name, column.name) %}
        {% set held_type = held_types.get(held_name) %}
        {% set cast_held = 'cast(acknowledged.' ~ outhaul.quoted(held_name) ~ ' as ' ~ column.type ~ ') as ' ~ name %}
        {% do doubted.append(column.name) if column.name in renamed %}
        {% if held_type == column.type and held_name == column.name %}
            {% do parts.append('acknowledged.' ~ name) %}
        {% elif held_type is not none and (
            column.name in lasting or outhaul.casts_safely(held_type, column.type)
        ) %}
            {% do parts.append(cast_held) %}
        {% else %}
            {% do parts.append('cast(null as ' ~ column.type ~ ') as ' ~ name) %}
            {% do doubted.append(column.name) if held_type is not none %}
        {% endif %}
    {% endfor %}
    {% set query -%}
        select
            {{ parts | join(',\n' ~ ' ' * 12) }},
            {% if doubted -%}
            coalesce(acknowledged._outhaul_in_doubt, 'updated') as _outhaul_in_doubt,
            {%- else -%}
            acknowledged._outhaul_in_doubt,
            {%- endif %}
            acknowledged._outhaul_acknowledged_at
        from {{ diff.acknowledged }} as acknowledged
    {%- endset %}
    {{ return(query) }}
{% endmacro %}
