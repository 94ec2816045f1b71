{#- Which id each component has: one that its records had, or a new one.

A component and a profile of the last builds that are each other's best match stay
together; what is left goes on to the next turn, until nothing is. A component's best
profile is the one that most of its records had, of equals the oldest; a profile's best
component is the one that has most of its records. -#}
{% macro _keep_ids(run) %}
    {% if not outhaul.exists(run.ids) %}
        {% do outhaul.replace_table(run.ids, outhaul._no_ids(run), 'outhaul_write') %}
    {% endif %}
    {% do outhaul._make_table(run, 'votes_0', outhaul._votes(run), ['label', 'profile_id']) %}
    {% do outhaul._make_table(run, 'kept', outhaul._mutual(run.tables['votes_0']), ['label', 'profile_id']) %}
    {% set state = {'votes': outhaul._count_rows(run, 'votes_0') - outhaul._count_rows(run, 'kept')} %}
    {% for number in range(run.max_rounds) %}
        {% if state.votes > 0 %}
            {% set votes, next = 'votes_' ~ number, 'votes_' ~ (number + 1) %}
            {% do outhaul._make_table(
                run, next, outhaul._votes_left(run.tables[votes], run.tables['kept']), ['label', 'profile_id']
            ) %}
            {% do outhaul._execute(
                'insert into ' ~ run.tables['kept'] ~ ' ' ~ outhaul._mutual(run.tables[next])
            ) %}
            {% do state.update({'votes': outhaul._count_rows(run, next)}) %}
            {% do outhaul._drop_tables(run, [votes]) %}
        {% endif %}
    {% endfor %}
    {% do outhaul._make_table(run, 'profiles', outhaul._profiles(run), ['label']) %}
    {% do outhaul._make_table(run, 'placed', outhaul._placed(run), ['record', 'profile_id']) %}
{% endmacro %}

{% macro _no_ids(run) -%}
    select
        record,
        cast(label as {{ outhaul.type_text() }}) as profile_id,
        {{ outhaul.now_utc() }} as created_at
    from {{ run.tables['labels'] }}
    where 1 = 0
{%- endmacro %}

{#- How many records of a component had which profile. -#}
{% macro _votes(run) -%}
    select
        labels.label,
        ids.profile_id,
        min(ids.created_at) as created_at,
        count(*) as vote_count
    from {{ run.tables['labels'] }} as labels
    inner join {{ run.ids }} as ids on ids.record = labels.record
    group by labels.label, ids.profile_id
{%- endmacro %}

{#- Components and profiles that are each other's best match. -#}
{% macro _mutual(votes) -%}
    select label, profile_id, created_at
    from (
        select
            label,
            profile_id,
            created_at,
            row_number() over (
                partition by label order by vote_count desc, created_at, profile_id
            ) as profile_place,
            row_number() over (partition by profile_id order by vote_count desc, label) as label_place
        from {{ votes }}
    ) as ranked
    where profile_place = 1 and label_place = 1
{%- endmacro %}

{% macro _votes_left(votes, kept) -%}
    select votes.label, votes.profile_id, votes.created_at, votes.vote_count
    from {{ votes }} as votes
    left join {{ kept }} as by_label on by_label.label = votes.label
    left join {{ kept }} as by_profile on by_profile.profile_id = votes.profile_id
    where by_label.label is null and by_profile.profile_id is null
{%- endmacro %}

{#- A new id is one that no build has given before. -#}
{% macro _profiles(run) -%}
    select
        components.label,
        coalesce(
            kept.profile_id,
            {{ dbt.hash("components.label || " ~ outhaul.literal(':' ~ invocation_id)) | trim }}
        ) as profile_id,
        coalesce(kept.created_at, {{ outhaul.now_utc() }}) as created_at
    from (select distinct label from {{ run.tables['labels'] }}) as components
    left join {{ run.tables['kept'] }} as kept on kept.label = components.label
{%- endmacro %}

{#- The profile of each record, and the one it had. -#}
{% macro _placed(run) -%}
    select
        labels.record,
        profiles.profile_id,
        profiles.created_at,
        ids.profile_id as former_id
    from {{ run.tables['labels'] }} as labels
    inner join {{ run.tables['profiles'] }} as profiles on profiles.label = labels.label
    left join {{ run.ids }} as ids on ids.record = labels.record
{%- endmacro %}

{#- Records that are gone keep their id: a source that is empty for a night costs no ids. -#}
{% macro _remember_ids(run) %}
    {% set query -%}
        select record, profile_id, created_at
        from {{ run.tables['placed'] }}
        union all
        select ids.record, ids.profile_id, ids.created_at
        from {{ run.ids }} as ids
        left join {{ run.tables['placed'] }} as placed on placed.record = ids.record
        where placed.record is null
    {%- endset %}
    {% do outhaul.replace_table(run.ids, query, 'outhaul_write') %}
{% endmacro %}
