{#- The name of a column as the user wrote it, for the ledger and for destinations. -#}
{% macro written_name(name) %}
    {{ return(adapter.dispatch('written_name', 'outhaul')(name)) }}
{% endmacro %}

{% macro default__written_name(name) %}
    {{ return(name) }}
{% endmacro %}

{#- Names without quotes are stored in upper case there, whatever their case was. -#}
{% macro snowflake__written_name(name) %}
    {{ return(name | lower if modules.re.match('^[A-Z_][A-Z0-9_$]*$', name) else name) }}
{% endmacro %}

{#- The parts of a relation's name as the warehouse stores them: {database, schema, identifier}. -#}
{% macro stored_place(relation) %}
    {{ return(adapter.dispatch('stored_place', 'outhaul')(relation)) }}
{% endmacro %}

{% macro default__stored_place(relation) %}
    {{ return({
        'database': relation.database, 'schema': relation.schema, 'identifier': relation.identifier,
    }) }}
{% endmacro %}

{#- dbt writes the parts without quotes there, unless the project sets `quoting`. -#}
{% macro snowflake__stored_place(relation) %}
    {% set place = outhaul.default__stored_place(relation) %}
    {% for part in ['database', 'schema', 'identifier'] %}
        {% if not relation.quote_policy[part] and place[part] is not none %}
            {% do place.update({part: place[part] | upper}) %}
        {% endif %}
    {% endfor %}
    {{ return(place) }}
{% endmacro %}
