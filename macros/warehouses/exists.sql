{#- Whether a relation exists; what dbt's cache says, where nothing else can have made it. -#}
{% macro exists(relation) %}
    {{ return(adapter.dispatch('exists', 'outhaul')(relation)) }}
{% endmacro %}

{% macro default__exists(relation) %}
    {{ return(load_cached_relation(relation) is not none) }}
{% endmacro %}

{#- A build beside this one may have made tables that are younger than dbt's cache. -#}
{% macro snowflake__exists(relation) %}
    {% set place = outhaul.stored_place(relation) %}
    {{ return(outhaul._fetch(
        'select count(*) from ' ~ relation.information_schema('tables')
        ~ ' where table_schema = ' ~ outhaul.literal(place.schema)
        ~ ' and table_name = ' ~ outhaul.literal(place.identifier)
    )[0][0] > 0) }}
{% endmacro %}

{#- A build that waited for another's lock sees tables that are younger than its cache. -#}
{% macro postgres__exists(relation) %}
    {{ return(outhaul._fetch(
        'select to_regclass(' ~ outhaul.literal(relation.render()) ~ ') is not null'
    )[0][0]) }}
{% endmacro %}

{#- The same, without to_regclass. -#}
{% macro redshift__exists(relation) %}
    {{ return(outhaul._fetch(
        'select count(*) from information_schema.tables where table_schema = '
        ~ outhaul.literal(relation.schema) ~ ' and table_name = ' ~ outhaul.literal(relation.identifier)
    )[0][0] > 0) }}
{% endmacro %}

{#- The cache is as old as this run of dbt; asking costs nothing. -#}
{% macro bigquery__exists(relation) %}
    {{ return(adapter.get_columns_in_relation(relation) | length > 0) }}
{% endmacro %}
