{#- Have dbt build the lists of the var `outhaul_suppressed` before a diff, as its pre-hook. -#}
{% macro suppressed() %}
    {% for entry in outhaul._suppression_entries() %}
        {% if '.' in entry.name %}
            {% set parts = entry.name.split('.') %}
            {% do source(parts[0], parts[1]) %}
        {% else %}
            {% do ref(entry.name) %}
        {% endif %}
    {% endfor %}
    {{ return('') }}
{% endmacro %}
