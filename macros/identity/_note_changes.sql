{#- Write down which profiles were merged and split by this build, and why.

One row for each profile that records left and profile that they came to. `merged`: nothing
of the former one is left; `split`: the other one is new; `moved`: both go on. -#}
{% macro _note_changes(run) %}
    {% do outhaul._make_table(run, 'moves', outhaul._moves(run), ['former_id', 'profile_id']) %}
    {% if not outhaul.exists(run.changes) %}
        {% do outhaul.replace_table(run.changes, outhaul._profile_changes(run, 'where 1 = 0'), 'outhaul_write') %}
    {% endif %}
    {% if outhaul._count_rows(run, 'moves') > 0 %}
        {% do outhaul._execute('insert into ' ~ run.changes ~ ' ' ~ outhaul._profile_changes(run, '')) %}
    {% endif %}
{% endmacro %}

{% macro _moves(run) -%}
    select
        placed.former_id,
        placed.profile_id,
        count(*) as record_count
    from {{ run.tables['placed'] }} as placed
    where placed.former_id <> placed.profile_id
    group by placed.former_id, placed.profile_id
{%- endmacro %}

{% macro _profile_changes(run, condition) -%}
    {% set text = outhaul.type_text() -%}
    select
        {{ outhaul.now_utc() }} as changed_at,
        cast(case
            when known.profile_id is null then 'split'
            when present.profile_id is null then 'merged'
            else 'moved'
        end as {{ text }}) as change,
        moves.former_id,
        moves.profile_id,
        moves.record_count,
        cast(case
            when known.profile_id is null and reasons.rules is null then 'no identifier in common any more'
            when known.profile_id is null then 'over the conflict limit: ' || reasons.rules
            else 'matched by: ' || reasons.rules
        end as {{ text }}) as reason
    from {{ run.tables['moves'] }} as moves
    left join (select distinct profile_id from {{ run.ids }}) as known
        on known.profile_id = moves.profile_id
    left join (select distinct profile_id from {{ run.tables['placed'] }}) as present
        on present.profile_id = moves.former_id
    left join ({{ outhaul._reasons(run) }}) as reasons
        on reasons.former_id = moves.former_id and reasons.profile_id = moves.profile_id
    {{ condition }}
{%- endmacro %}

{#- The rules by whose keys records that moved are joined to others, or joined no more. -#}
{% macro _reasons(run) -%}
    select
        moved.former_id,
        moved.profile_id,
        {{ outhaul.joined_values('moved.rule', ', ', none) }} as rules
    from ({{ outhaul._sides(run) }}) as moved
    inner join ({{ outhaul._sides(run) }}) as others on others.identity_key = moved.identity_key
    where
        moved.former_id <> moved.profile_id
        and moved.former_id <> ''
        and (
            (not moved.is_conflict and others.profile_id = moved.profile_id and others.former_id <> moved.former_id)
            or (moved.is_conflict and others.profile_id = moved.former_id)
        )
    group by moved.former_id, moved.profile_id
{%- endmacro %}

{#- Which profiles each key touches, and which ones it touched before. -#}
{% macro _sides(run) -%}
    select distinct
        given.identity_key,
        given.rule,
        given.is_conflict,
        placed.profile_id,
        coalesce(placed.former_id, '') as former_id
    from {{ run.tables['keys'] }} as given
    inner join {{ run.tables['placed'] }} as placed on placed.record = given._outhaul_record
    where given.identity_key is not null
{%- endmacro %}
