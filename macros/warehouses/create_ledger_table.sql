{#- The statement that creates one table of the ledger. -#}
{% macro create_ledger_table(name) %}
    {{ return(adapter.dispatch('create_ledger_table', 'outhaul')(name)) }}
{% endmacro %}

{% macro default__create_ledger_table(name) %}
    {% set columns = [] %}
    {% for column, type in outhaul.ledger_tables()[name].items() %}
        {% do columns.append(column ~ ' ' ~ type) %}
    {% endfor %}
    {{ return(
        'create table if not exists ' ~ outhaul.ledger_relation(name)
        ~ ' (' ~ columns | join(', ') ~ ')'
    ) }}
{% endmacro %}

{#- A primary key, so that two first builds at once can't register an activation twice. -#}
{% macro postgres__create_ledger_table(name) %}
    {% set plain = outhaul.default__create_ledger_table(name) %}
    {% if name != 'outhaul_activations' %}
        {{ return(plain) }}
    {% endif %}
    {{ return(plain[:-1] ~ ', primary key (activation))') }}
{% endmacro %}

{#- Keys are not enforced there. -#}
{% macro redshift__create_ledger_table(name) %}
    {{ return(outhaul.default__create_ledger_table(name)) }}
{% endmacro %}

{#- Rows are updated and merged, which other formats do not know. -#}
{% macro spark__create_ledger_table(name) %}
    {{ return(outhaul.default__create_ledger_table(name) ~ ' using delta') }}
{% endmacro %}
