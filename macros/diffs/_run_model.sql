{#- Run the model's query, once, into a work table; find its columns and check them.

Adds to the diff `columns`: the columns of the select as {name, type}, and
`identity_is_text`; replaces the key's and the identity's names by the spelling of
the warehouse. -#}
{% macro _run_model(diff, sql) %}
    {% do outhaul._fill_by_model(diff, sql) %}
    {% set columns = outhaul.columns_of(diff.work)[diff.own_column_count:] %}
    {% set problems = [] %}
    {% for column in columns %}
        {% if column.name.lower().startswith('_outhaul_') %}
            {% do problems.append(
                "the column '" ~ outhaul.written_name(column.name) ~ "' is named like outhaul's own: rename it"
            ) %}
        {% endif %}
    {% endfor %}
    {% set names = outhaul._written_names(columns | map(attribute='name')) %}
    {% for name in names if names.count(name) > 1 %}
        {% do problems.append(
            "two columns would be called '" ~ name ~ "' at the destination: rename one"
        ) %}
    {% endfor %}
    {% set key = [] %}
    {% for name in diff.key %}
        {% do key.append(outhaul._spelled(name, 'unique_key', columns, problems)) %}
    {% endfor %}
    {% set identity = none %}
    {% if diff.identity is not none %}
        {% set identity = outhaul._spelled(diff.identity, 'meta.outhaul.identity', columns, problems) %}
    {% endif %}
    {% for column in columns %}
        {% if column.name in key + [identity] and not outhaul.identifies(column.type) %}
            {% do problems.append(
                "rows cannot be tracked by the column '" ~ column.name ~ "', which is " ~ column.type
                ~ ' and not compared exactly: cast it to text or to a whole number'
            ) %}
        {% endif %}
    {% endfor %}
    {% if problems %}
        {% do outhaul._refuse(problems | unique | join('; ')) %}
    {% endif %}
    {% do diff.update({'columns': columns, 'key': key, 'identity': identity}) %}
    {% do outhaul._note_identity_type(diff) %}
    {% do outhaul.prepare_reading(diff.work, key) if not diff.is_first %}
{% endmacro %}

{#- A first build is all insertions, so where a table gets its name in the same transaction, the
one that the rows are written into becomes the diff. -#}
{% macro _fill_by_model(diff, sql) %}
    {% set is_first = not diff.is_partial and diff.found.held_rows == 0 and diff.found.refused_rows == 0 %}
    {% set is_candidate = is_first and outhaul.is_transactional() and not diff.suppression_entries %}
    {% do diff.update({'is_first': is_first, 'is_candidate': is_candidate, 'own_column_count': 0}) %}
    {% if not is_candidate %}
        {% do diff.work_tables.append(diff.work) %}
        {% do outhaul._execute(outhaul.create_model_work_table(diff.work, sql), 'outhaul_model') %}
        {{ return('') }}
    {% endif %}
    {% set own = outhaul._own_columns(
        'row_number() over (' ~ outhaul.any_order() ~ ')', diff.next_generation, "'inserted'"
    ) %}
    {% set query -%}
        select
            {{ own | join(',\n' ~ ' ' * 12) }},
            selected.*
        from (

            {{ sql }}

        ) as selected
    {%- endset %}
    {% do diff.update({'work': outhaul._beside(diff.relation, '__first'), 'own_column_count': own | length}) %}
    {% do outhaul._execute('drop table if exists ' ~ diff.work) %}
    {% do outhaul._execute(get_create_table_as_sql(false, diff.work, query), 'main') %}
{% endmacro %}

{#- Whether the identity is text, which is compared without outer spaces and A to Z. -#}
{% macro _note_identity_type(diff) %}
    {% set type = diff.columns | selectattr('name', 'equalto', diff.identity) | map(attribute='type') | first %}
    {% do diff.update({
        'identity_is_text': diff.identity is not none and outhaul.column_kind(type) == 'text',
    }) %}
{% endmacro %}

{#- The name of a configured column as the select spells it. -#}
{% macro _spelled(name, setting, columns, problems) %}
    {% set names = columns | map(attribute='name') | list %}
    {% if name in names %}
        {{ return(name) }}
    {% endif %}
    {% for candidate in names %}
        {% if candidate | lower == name | lower %}
            {{ return(candidate) }}
        {% endif %}
    {% endfor %}
    {% do problems.append(
        "'" ~ setting ~ "' names the column '" ~ name
        ~ "', which the select does not have; it has " ~ outhaul._written_names(names) | join(', ')
    ) %}
    {{ return(name) }}
{% endmacro %}

{#- The names of columns as the user wrote them. -#}
{% macro _written_names(names) %}
    {% set written = [] %}
    {% for name in names %}
        {% do written.append(outhaul.written_name(name)) %}
    {% endfor %}
    {{ return(written) }}
{% endmacro %}
