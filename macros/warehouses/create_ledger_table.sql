{#- The statement that creates one table of the ledger. -#}
{% macro create_ledger_table(name) %}
    {{ return(adapter.dispatch('create_ledger_table', 'outhaul')(name)) }}
{% endmacro %}

{% macro default__create_ledger_table(name) %}
    {{ return(outhaul._create_ledger_table(name)) }}
{% endmacro %}

{% macro _create_ledger_table(name, constraint=none) -%}
    {%- set types = outhaul.ledger_types() -%}
    create table if not exists {{ outhaul.ledger_relation(name) }} (
        {%- for column, kind in outhaul.ledger_tables()[name].items() %}
        {{ column }} {{ types[kind] }}{{ ',' if not loop.last or constraint }}
        {%- endfor %}
        {{ constraint or '' }}
    )
{%- endmacro %}

{#- Tables that only grow are divided by month and ordered by activation, so that a statement
    reads the rows of one activation and old months can be dropped. A day holds too few
    rows to be worth a partition. -#}
{% macro bigquery__create_ledger_table(name) %}
    {% set plain = outhaul.default__create_ledger_table(name) %}
    {% set columns = outhaul.ledger_tables()[name] %}
    {% set written_at = ['recorded_at', 'built_at'] | select('in', columns) | first %}
    {% if name == 'outhaul_activations' %}
        {{ return(plain) }}
    {% endif %}
    {{ return(
        plain ~ ' partition by datetime_trunc(' ~ written_at ~ ', month) cluster by activation, generation'
    ) }}
{% endmacro %}

{#- A primary key, so that two first builds at once can't register an activation twice. -#}
{% macro postgres__create_ledger_table(name) %}
    {{ return(outhaul._create_ledger_table(
        name, 'primary key (activation)' if name == 'outhaul_activations' else none
    )) }}
{% endmacro %}

{#- Keys are not enforced there. -#}
{% macro redshift__create_ledger_table(name) %}
    {{ return(outhaul.default__create_ledger_table(name)) }}
{% endmacro %}

{#- Rows are updated and merged, which other formats do not know. -#}
{% macro spark__create_ledger_table(name) %}
    {{ return(outhaul.default__create_ledger_table(name) ~ ' using delta') }}
{% endmacro %}

{#- Statements on different rows of a table conflict there, unless it has deletion vectors:
    https://docs.databricks.com/aws/en/optimizations/isolation/row-level-concurrency -#}
{% macro databricks__create_ledger_table(name) %}
    {% set plain = outhaul.spark__create_ledger_table(name) %}
    {% if name != 'outhaul_activations' %}
        {{ return(plain) }}
    {% endif %}
    {{ return(plain ~ " tblproperties ('delta.enableDeletionVectors' = 'true')") }}
{% endmacro %}
