{#- Have dbt build the lists of the var `outhaul_suppressed` before a diff, as its pre-hook. -#}
{% macro suppressed() %}
    {% for entry in outhaul._suppression_entries() %}
        {% if '.' in entry.name %}
            {% do source(*entry.name.split('.', 1)) %}
        {% else %}
            {% do ref(entry.name) %}
        {% endif %}
    {% endfor %}
    {{ return('') }}
{% endmacro %}
