{#- Name the activation beside the statements of its build, in the warehouse's history of queries.

Returns what `untag_statements` takes at the end of the build. -#}
{% macro tag_statements(name) %}
    {{ return(adapter.dispatch('tag_statements', 'outhaul')(name)) }}
{% endmacro %}

{% macro default__tag_statements(name) %}
    {{ return(none) }}
{% endmacro %}

{#- The tag of the model's configuration, or of the profile, counts more. -#}
{% macro snowflake__tag_statements(name) %}
    {% if config.get('query_tag') %}
        {{ return(set_query_tag()) }}
    {% elif not target.query_tag %}
        {% do outhaul._execute('alter session set query_tag = ' ~ outhaul.literal('outhaul ' ~ name)) %}
    {% endif %}
    {{ return(none) }}
{% endmacro %}

{#- Take the name off again: dbt keeps the session for other models. -#}
{% macro untag_statements(original) %}
    {{ return(adapter.dispatch('untag_statements', 'outhaul')(original)) }}
{% endmacro %}

{% macro default__untag_statements(original) %}
{% endmacro %}

{% macro snowflake__untag_statements(original) %}
    {% if config.get('query_tag') %}
        {% do unset_query_tag(original) %}
    {% elif not target.query_tag %}
        {% do outhaul._execute('alter session unset query_tag') %}
    {% endif %}
{% endmacro %}
