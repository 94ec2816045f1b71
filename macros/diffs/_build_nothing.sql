{#- Under --empty and --sample: run the query, so that its errors show, and change nothing.

Where no diff exists yet, an empty one is made, so that what refers to it runs. -#}
{% macro _build_nothing(diff, sql) %}
    {% do outhaul._name_work_tables(diff, modules.re.sub('[^0-9a-z]', '', invocation_id)) %}
    {% do diff.update({'is_partial': true}) %}
    {% do outhaul._run_model(diff, sql) %}
    {% if outhaul._existing(diff, 'relation') is none %}
        {% do outhaul.replace_table(
            diff.relation, outhaul._empty_diff_query(diff), 'main', '_outhaul_seq'
        ) %}
    {% else %}
        {% do outhaul._no_main_statement() %}
    {% endif %}
    {% do outhaul._drop_work_tables(diff) %}
{% endmacro %}

{% macro _empty_diff_query(diff) -%}
    select
        {{ outhaul._own_columns('null', 0) | join(',\n' ~ ' ' * 8) }},
        {{ outhaul._column_lines(diff.columns, 'work') }}
    from {{ diff.work }} as work
    where 1 = 0
{%- endmacro %}

{#- Whether this run reads less than the whole tables, so that nobody can be said to have left.

`flags` knows nothing of --sample; the arguments of the invocation do. -#}
{% macro _sees_only_a_part() %}
    {{ return(flags.EMPTY or invocation_args_dict.get('sample') is not none) }}
{% endmacro %}
