{#- Connected components, in rounds: every component hooks to the smallest label that it
    touches, and then jumps to where that one hooked. Labels are hashes, so a chain falls
    into pieces of random length, and each round joins whole pieces.

Two components that are joined are one from then on, so the links get fewer each round. No
link is left when no key touches two labels; then the labels stand still. -#}
{% macro _join_records(run) %}
    {% do outhaul._make_table(run, 'labels_0', outhaul._first_labels(run), ['record', 'label']) %}
    {% do outhaul._make_table(run, 'links_0', outhaul._first_links(run), ['label', 'identity_key']) %}
    {% set state = {'links': outhaul._count_rows(run, 'links_0'), 'rounds': 0} %}
    {% for number in range(run.max_rounds) %}
        {% if state.links > 0 %}
            {% do outhaul._run_round(run, number) %}
            {% do state.update({'links': outhaul._count_rows(run, 'links_' ~ loop.index), 'rounds': loop.index}) %}
        {% endif %}
    {% endfor %}
    {% if state.links > 0 %}
        {% do outhaul._drop_tables(run, run.tables.keys() | list) %}
        {% do outhaul._refuse_call('resolve',
            'after ' ~ run.max_rounds ~ ' rounds ' ~ state.links ~ ' links between records are still to be followed, '
            ~ 'so nothing was published: raise meta.outhaul.max_rounds, or lower a conflict_limit of outhaul.identity_keys'
        ) %}
    {% endif %}
    {% do run.tables.update({'labels': run.tables.pop('labels_' ~ state.rounds)}) %}
    {% do run.update({'rounds': state.rounds}) %}
{% endmacro %}

{% macro _run_round(run, number) %}
    {% set labels, links, hooks, jumps = 'labels_' ~ number, 'links_' ~ number, 'hooks_' ~ number, 'jumps_' ~ number %}
    {% do outhaul._make_table(run, hooks, outhaul._hooks(run.tables[links]), ['label', 'parent']) %}
    {% do outhaul._make_table(run, jumps, outhaul._jumps(run.tables[hooks]), ['label']) %}
    {% do outhaul._make_table(
        run, 'labels_' ~ (number + 1), outhaul._next_labels(run.tables[labels], run.tables[jumps]), ['record', 'label']
    ) %}
    {% do outhaul._make_table(
        run, 'links_' ~ (number + 1), outhaul._next_links(run.tables[links], run.tables[jumps]), ['label', 'identity_key']
    ) %}
    {% do outhaul._drop_tables(run, [labels, links, hooks, jumps]) %}
{% endmacro %}

{#- At first each record is a component of its own. -#}
{% macro _first_labels(run) -%}
    select distinct _outhaul_record as record, _outhaul_record as label
    from {{ run.tables['keys'] }}
{%- endmacro %}

{% macro _first_links(run) -%}
    {{ outhaul._shared_links(
        'select distinct _outhaul_record as label, identity_key from ' ~ run.tables['keys']
        ~ ' where identity_key is not null and not is_conflict'
    ) }}
{%- endmacro %}

{% macro _next_links(links, jumps) -%}
    {{ outhaul._shared_links(
        'select distinct jumps.parent as label, links.identity_key from ' ~ links
        ~ ' as links inner join ' ~ jumps ~ ' as jumps on jumps.label = links.label'
    ) }}
{%- endmacro %}

{#- Those whose key touches more than one label. -#}
{% macro _shared_links(query) -%}
    select label, identity_key
    from (
        select
            label,
            identity_key,
            count(*) over (partition by identity_key) as label_count
        from (
            {{ query }}
        ) as links
    ) as counted
    where label_count > 1
{%- endmacro %}

{#- The smallest label that each label touches. -#}
{% macro _hooks(links) -%}
    select links.label, min(lowest.label) as parent
    from {{ links }} as links
    inner join (
        select identity_key, min(label) as label
        from {{ links }}
        group by identity_key
    ) as lowest
        on lowest.identity_key = links.identity_key
    group by links.label
{%- endmacro %}

{#- As two jumps, each to the parent of the parent: four steps up. -#}
{% macro _jumps(hooks) -%}
    select hooks_1.label, hooks_4.parent
    from {{ hooks }} as hooks_1
    inner join {{ hooks }} as hooks_2 on hooks_2.label = hooks_1.parent
    inner join {{ hooks }} as hooks_3 on hooks_3.label = hooks_2.parent
    inner join {{ hooks }} as hooks_4 on hooks_4.label = hooks_3.parent
{%- endmacro %}

{% macro _next_labels(labels, jumps) -%}
    select labels.record, coalesce(jumps.parent, labels.label) as label
    from {{ labels }} as labels
    left join {{ jumps }} as jumps on jumps.label = labels.label
{%- endmacro %}
