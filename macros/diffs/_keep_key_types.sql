{#- What names a row at the destination, its key and its identity, must not change its value
    by a change of type or name alone. -#}

{#- Keep the earlier type of a key or an identity that cannot be cast without a loss.

The rows of this build are cast to it instead, so that what was sent is removed under the
value that was sent. The new type counts from the first build on in which all that the
destination holds keeps its value. -#}
{% macro _keep_key_types(diff) %}
    {% set kept = {} %}
    {% for column in diff.columns if column.name in diff.key + [diff.identity] %}
        {% set before = diff.state_columns | selectattr('name', 'equalto', diff.renamed.get(column.name, column.name)) | first %}
        {% if before and before.type != column.type and not outhaul.casts_safely(before.type, column.type) %}
            {% set lost = outhaul._fetch(outhaul._lost_values_query(diff, before, column.type))[0][0] | int %}
            {% do kept.update({column.name: outhaul._kept_type(diff, column, before.type, lost)}) if lost %}
        {% endif %}
    {% endfor %}
    {% if kept %}
        {% do outhaul._cast_work(diff, kept) %}
    {% endif %}
{% endmacro %}

{#- How many acknowledged values of a column mean something else in this type. -#}
{% macro _lost_values_query(diff, column, type) -%}
    {%- set value = 'acknowledged.' ~ outhaul.quoted(column.name) -%}
    select count(*) as row_count
    from {{ diff.acknowledged }} as acknowledged
    where
        {{ value }} is not null
        and not {{ outhaul.keeps_its_value(value, column.type, type) }}
{%- endmacro %}

{#- The earlier type, or a wider one, if the new values fit into it. -#}
{% macro _kept_type(diff, column, earlier, lost) %}
    {% set what =
        "'" ~ outhaul.written_name(column.name) ~ "' changed from " ~ earlier ~ ' to ' ~ column.type
        ~ ', in which ' ~ lost ~ ' of the values that the destination holds would be others'
    %}
    {% set size = outhaul._type_size(earlier) %}
    {% set wider = outhaul.type_text() if outhaul.column_kind(earlier) == 'text' else earlier %}
    {% if size | length == 2 %}
        {% set wider = modules.re.sub('[(].*[)]', '(38,' ~ size[1] ~ ')', earlier) %}
    {% endif %}
    {% for type in [earlier, wider] if outhaul.casts_safely(column.type, type) %}
        {% do exceptions.warn(
            'outhaul.diff in model ' ~ diff.name ~ ': ' ~ what ~ '. They are removed as they were sent; until'
            ~ ' then the column stays ' ~ type ~ '.'
        ) %}
        {{ return(type) }}
    {% endfor %}
    {% do outhaul._refuse(
        what ~ ': cast it to ' ~ earlier ~ ' in the select, or give the new binding a model of its own'
    ) %}
{% endmacro %}

{#- Replace the rows of the select by the same ones with some columns in other types. -#}
{% macro _cast_work(diff, types) %}
    {% set columns = [] %}
    {% set selected = [] %}
    {% for column in diff.columns %}
        {% set name = outhaul.quoted(column.name) %}
        {% set type = types.get(column.name, column.type) %}
        {% do columns.append({'name': column.name, 'type': type}) %}
        {% do selected.append('cast(work.' ~ name ~ ' as ' ~ type ~ ') as ' ~ name if column.name in types else 'work.' ~ name) %}
    {% endfor %}
    {% set query -%}
        select
            {{ selected | join(',\n' ~ ' ' * 12) }}
        from {{ diff.work }} as work
    {%- endset %}
    {% do outhaul._fill_work_table(diff, 'retyped', query) %}
    {% do outhaul.prepare_reading(diff.retyped, diff.key) %}
    {% do diff.update({'work': diff.retyped, 'columns': columns}) %}
    {% do outhaul._note_identity_type(diff) %}
{% endmacro %}

{#- The earlier names of columns of the key or the identity that were renamed, by the new ones.

A key is taken for the same under another name where the select has no column of the
earlier name any more, and most keys that are acknowledged are in it under the new one. -#}
{% macro _renamed_columns(diff) %}
    {% set names = diff.state_columns | map(attribute='name') | list %}
    {% set selected = diff.columns | map(attribute='name') | list %}
    {% set renamed = {} %}
    {% set before = outhaul._stored_key(diff.before) %}
    {% set pairs = zip(before, diff.key) | list if before | length == diff.key | length else [] %}
    {% set identity = fromjson(diff.before.settings or '{}').get('identity') %}
    {% for name in names if identity and diff.identity is not none and name | lower == identity | lower %}
        {% do pairs.append((name, diff.identity)) %}
    {% endfor %}
    {% for earlier, name in pairs if name not in names and earlier in names and earlier not in selected %}
        {% do renamed.update({name: earlier}) %}
    {% endfor %}
    {% for name, earlier in renamed.items() if name | lower != earlier | lower %}
        {{ return(renamed if outhaul._most_are_found(diff, renamed) else {}) }}
    {% endfor %}
    {{ return(renamed) }}
{% endmacro %}

{#- Whether most acknowledged rows are in the select under the new names. -#}
{% macro _most_are_found(diff, renamed) %}
    {% set same = [] %}
    {% for name in diff.key + renamed.keys() | list %}
        {% set text = ' as ' ~ outhaul.type_text() ~ ')' %}
        {% do same.append(
            'cast(work.' ~ outhaul.quoted(name) ~ text ~ ' = cast(acknowledged.'
            ~ outhaul.quoted(renamed.get(name, name)) ~ text
        ) %}
    {% endfor %}
    {% set query -%}
        select count(*) as row_count
        from {{ diff.acknowledged }} as acknowledged
        inner join {{ diff.work }} as work
            on {{ same | join(' and ') }}
    {%- endset %}
    {{ return(2 * outhaul._fetch(query)[0][0] | int > diff.found.held_rows) }}
{% endmacro %}
