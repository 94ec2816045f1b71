{#- The tables of an activation, as dbt's cache has them. -#}

{#- The table of a diff, what is acknowledged, or what is rejected; none where it is not there.

which: `relation`, `acknowledged` or `rejected`. Found once, since dbt looks through all that
it knows each time, and a build takes no table of its own away. -#}
{% macro _existing(diff, which) %}
    {% if diff.existing.get(which) is none %}
        {% do diff.existing.update({which: load_cached_relation(diff[which])}) %}
    {% endif %}
    {{ return(diff.existing[which]) }}
{% endmacro %}
