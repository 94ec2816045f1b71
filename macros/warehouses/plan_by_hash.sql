{#- Have the queries from here on planned without a sort of both sides of a join, or as before.

It joins a few rows with many by an expression, of which a warehouse may know nothing. -#}
{% macro plan_by_hash(is_wanted) %}
    {{ return(adapter.dispatch('plan_by_hash', 'outhaul')(is_wanted)) }}
{% endmacro %}

{% macro default__plan_by_hash(is_wanted) %}
{% endmacro %}

{#- Takes an expression without statistics for one of 200 values, and then sorts them all. -#}
{% macro postgres__plan_by_hash(is_wanted) %}
    {% do outhaul._execute('set local enable_mergejoin = ' ~ ('off' if is_wanted else 'default')) %}
{% endmacro %}

{% macro redshift__plan_by_hash(is_wanted) %}
{% endmacro %}
