{#- Who entered and left which segment when: a row for each stay, as builds of this model saw it.

The model is a call of `outhaul.membership`. No build drops the table, and `--full-refresh`
does not either; stays that ended longer than `keep_days` ago go. `<model>__noted` says since
when each segment is noted: whoever was in it then had entered before. -#}
{% materialization membership, default %}

    -- relations and configuration
    {% set target_relation = this.incorporate(type='table') %}
    {% set run = outhaul._membership_run(target_relation) %}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    -- who is in the segments
    {% do outhaul._read_members(run, sql) %}
    {% do outhaul._begin_membership(run) %}

    -- who entered and left
    {% if outhaul._sees_only_a_part() %}
        {% do outhaul._no_main_statement() %}
    {% else %}
        {% do outhaul.replace_table(run.relation, outhaul._stays_query(run), 'main') %}
        {% do outhaul.replace_table(run.noted, outhaul._noted_query(run), 'outhaul_noted') %}
    {% endif %}
    {% do outhaul._execute('drop table if exists ' ~ run.members) %}

    {% do apply_grants(target_relation, config.get('grants'), should_revoke=true) %}
    {% do persist_docs(target_relation, model) %}

    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {% do outhaul.end_transaction(is_done=true) %}
    {{ run_hooks(post_hooks, inside_transaction=False) }}

    {{ return({'relations': [target_relation, run.noted]}) }}

{% endmaterialization %}

{#- What a build of such a model goes by. -#}
{% macro _membership_run(relation) %}
    {% set meta = (config.get('meta') or {}).get('outhaul') or {} %}
    {% set plan = outhaul._new_plan('membership') %}
    {% do outhaul._check_keys(plan, meta, ['keep_days', 'parent', 'report'], 'meta.outhaul') %}
    {% if not outhaul._is_days(meta.get('keep_days', 400)) %}
        {% do plan.problems.append('meta.outhaul.keep_days: wants a whole number from 1 on, not ' ~ outhaul._shown(meta.keep_days)) %}
    {% endif %}
    {% do outhaul._settle_plan(plan) %}
    {{ return({
        'relation': relation,
        'noted': outhaul._beside(relation, '__noted'),
        'members': outhaul.work_relation(relation, 'members', modules.re.sub('[^0-9a-z]', '', invocation_id)),
        'keep_days': meta.get('keep_days', 400),
        'plan': plan,
    }) }}
{% endmacro %}

{#- Run the model's query, once, and find the columns of the key. -#}
{% macro _read_members(run, sql) %}
    {% do outhaul._execute(outhaul.create_model_work_table(run.members, sql), 'outhaul_model') %}
    {% set key = [] %}
    {% for column in outhaul.columns_of(run.members) if column.name | lower != 'segment' %}
        {% do key.append(column.name) %}
    {% endfor %}
    {% do run.update({'key': key}) %}
{% endmacro %}

{#- Make the two tables where they are not there; a table of other columns is not replaced. -#}
{% macro _begin_membership(run) %}
    {% set instant = outhaul.type_instant() %}
    {% set key = outhaul._key_list(run.key) %}
    {% set existing = load_cached_relation(run.relation) %}
    {% if existing is not none %}
        {% set wanted = ['segment'] + run.key + ['entered_at', 'left_at', 'is_from_start'] %}
        {% set found = outhaul.columns_of(existing) | map(attribute='name') | map('lower') | sort %}
        {% if found != wanted | map('lower') | sort %}
            {% do outhaul._execute('drop table if exists ' ~ run.members) %}
            {% do outhaul._refuse_call('membership',
                existing ~ ' holds a history of other columns (' ~ found | join(', ') ~ '), which is not replaced: drop it,'
                ~ ' or give the model another name'
            ) %}
        {% endif %}
    {% else %}
        {% do outhaul.replace_table(run.relation,
            'select segment, ' ~ key ~ ', cast(null as ' ~ instant ~ ') as entered_at, cast(null as ' ~ instant
            ~ ') as left_at, cast(null as ' ~ dbt.type_boolean() ~ ') as is_from_start from ' ~ run.members ~ ' where 1 = 0',
            'outhaul_history'
        ) %}
    {% endif %}
    {% if load_cached_relation(run.noted) is none %}
        {% do outhaul.replace_table(run.noted,
            'select segment, cast(null as ' ~ instant ~ ') as noted_since from ' ~ run.members ~ ' where 1 = 0',
            'outhaul_history'
        ) %}
    {% endif %}
{% endmacro %}

{#- When this build looks: as_of, or the warehouse's clock, which stands still for a query. -#}
{% macro _noting(run) %}
    {{ return(
        'select ' ~ outhaul._moment(run.plan, outhaul.type_instant(), 0) ~ ' as noted_at'
    ) }}
{% endmacro %}

{% macro _stays_query(run) -%}
    {%- set keys_match = 'members.segment = stays.segment and ' ~ outhaul._keys_match('members', 'stays', run.key) -%}
    with

    noting as (

        {{ outhaul._noting(run) }}

    ),

    stays as (

        select stays.*
        from {{ run.relation }} as stays
        cross join noting
        where
            stays.left_at is null
            or stays.left_at > cast({{ dbt.dateadd('day', 0 - run.keep_days, 'noting.noted_at') | trim }} as {{ outhaul.type_instant() }})

    )

    select
        stays.segment,
        {{ outhaul._key_list(run.key, 'stays') }},
        stays.entered_at,
        case
            when stays.left_at is null and members.segment is null then noting.noted_at
            else stays.left_at
        end as left_at,
        stays.is_from_start
    from stays
    cross join noting
    left join {{ run.members }} as members
        on {{ keys_match }}

    union all

    select
        members.segment,
        {{ outhaul._key_list(run.key, 'members') }},
        noting.noted_at as entered_at,
        cast(null as {{ outhaul.type_instant() }}) as left_at,
        noted.segment is null as is_from_start
    from {{ run.members }} as members
    cross join noting
    left join {{ run.noted }} as noted
        on members.segment = noted.segment
    left join (
        select * from {{ run.relation }} where left_at is null
    ) as stays
        on {{ keys_match }}
    where stays.segment is null
{%- endmacro %}

{#- Segments without a member are noted too. -#}
{% macro _noted_query(run) -%}
    select
        wanted.segment,
        coalesce(min(noted.noted_since), min(noting.noted_at)) as noted_since
    from (
        {% for name in outhaul._noted_names() -%}
        select cast({{ outhaul.literal(name) }} as {{ outhaul.type_text() }}) as segment
        union all
        {% endfor -%}
        select segment from {{ run.members }}
        union all
        select segment from {{ run.noted }}
    ) as wanted
    cross join (
        {{ outhaul._noting(run) }}
    ) as noting
    left join {{ run.noted }} as noted
        on wanted.segment = noted.segment
    group by wanted.segment
{%- endmacro %}

{#- The tables that the model refers to, by the names that the macro gives segments. -#}
{% macro _noted_names() %}
    {% set names = [] %}
    {% for unique_id in model.depends_on.nodes %}
        {% set node = graph.nodes.get(unique_id) or graph.sources.get(unique_id) %}
        {% do names.append(node.alias or node.identifier or node.name) if node %}
    {% endfor %}
    {{ return(names | unique | list) }}
{% endmacro %}
