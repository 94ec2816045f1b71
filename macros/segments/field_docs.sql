{#- Print the `columns:` of a model with calculated fields, for its .yml: names, types, descriptions.

dbt does not write files, so the text is printed to be pasted:
    dbt compile --quiet --select <model> --vars 'outhaul_print_docs: true' -#}
{% macro field_docs(query, model, fields) %}
    {{ return(adapter.dispatch('field_docs', 'outhaul')(query, model, fields)) }}
{% endmacro %}

{% macro default__field_docs(query, model, fields) %}
    {% set node = outhaul._node_of(model) %}
    {% set described = {} %}
    {% if node is not none %}
        {% for column in node.columns.values() %}
            {% do described.update({column.name | lower: column.description}) %}
        {% endfor %}
    {% endif %}
    {% for field in fields %}
        {% do described.update({field.name | lower: field.description}) %}
    {% endfor %}
    {% set lines = ['    columns:'] %}
    {% for column in adapter.get_column_schema_from_query(query) %}
        {% do lines.append('      - name: ' ~ outhaul.written_name(column.name)) %}
        {% do lines.append('        data_type: ' ~ outhaul._documented_type(column) | lower) %}
        {% set description = described.get(column.name | lower) %}
        {% do lines.append('        description: ' ~ tojson(description | trim)) if description %}
    {% endfor %}
    {% do print(lines | join('\n')) %}
    {{ return('') }}
{% endmacro %}

{#- The type of a column as one would write it. -#}
{% macro _documented_type(column) %}
    {{ return(adapter.dispatch('_documented_type', 'outhaul')(column)) }}
{% endmacro %}

{% macro default___documented_type(column) %}
    {{ return(column.dtype if column.is_string() else column.data_type) }}
{% endmacro %}

{#- dbt gives the driver's words there, which no statement takes. -#}
{% macro snowflake___documented_type(column) %}
    {% set type = outhaul.default___documented_type(column) %}
    {{ return({'FIXED': 'number', 'REAL': 'float'}.get(type | upper, type)) }}
{% endmacro %}
