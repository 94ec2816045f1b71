{#- What a comparison has found, in one statement, and whether keys or identities repeat. -#}

{#- A mapping: `rows` of the select; per change `inserted`, `updated`, `removed` and `held`;
`invalid`, rows by reason; `new`, rows of keys that the destination does not hold, and of
those that can be sent `new_keys` and `distinct_keys`; `named`, rows whose identity it does
not hold, and `distinct_identities`. -#}
{% macro _tally(diff) %}
    {% set tally = outhaul._no_tally() %}
    {% for what, reason, novelty, counted in outhaul._fetch(outhaul._tally_query(diff)) %}
        {% set count = counted | int %}
        {% set is_change = what in ['inserted', 'updated', 'removed'] %}
        {% if what == 'invalid' %}
            {% do tally.invalid.update({reason: tally.invalid.get(reason, 0) + count}) %}
        {% else %}
            {% set name = 'held' if reason == 'held' else what %}
            {% do tally.update({name: tally[name] + count}) %}
        {% endif %}
        {% do tally.update({'gone': tally.gone + count}) if what == 'removed' %}
        {% do tally.update({'new': tally.new + count}) if novelty == 'key' %}
        {% do tally.update({'new_keys': tally.new_keys + count}) if is_change and novelty == 'key' %}
        {% do tally.update({'named': tally.named + count}) if is_change and novelty is not none %}
    {% endfor %}
    {% do tally.update({'rows': 0}) if diff.before.retirement == 'remove' %}
    {{ return(tally) }}
{% endmacro %}

{% macro _no_tally() %}
    {{ return({
        'rows': 0, 'inserted': 0, 'updated': 0, 'removed': 0, 'held': 0, 'invalid': {}, 'gone': 0,
        'new': 0, 'new_keys': 0, 'distinct_keys': 0, 'named': 0, 'distinct_identities': 0,
    }) }}
{% endmacro %}

{% macro _tally_query(diff) -%}
    {%- set key = outhaul._columns_of_key(diff) -%}
    {%- set text = outhaul.type_text() -%}
    with

    changes as (

        select
            {{ outhaul._column_lines(key, 'changes', 12) }},
            {{ outhaul._usable_identity(diff, 'changes') if diff.identity is not none else 'null' }} as _outhaul_identity,
            coalesce(changes._outhaul_change, 'invalid') as _outhaul_what,
            case
                when changes._outhaul_change is null then changes._outhaul_held
                when changes._outhaul_held is not null then 'held'
            end as _outhaul_reason,
            changes._outhaul_novelty
        from {{ diff.changes }} as changes

    )

    select
        _outhaul_what as counted,
        _outhaul_reason as reason,
        _outhaul_novelty as novelty,
        count(*) as row_count
    from changes
    group by 1, 2, 3
    union all
    select
        cast('rows' as {{ text }}) as counted,
        cast(null as {{ text }}) as reason,
        cast(null as {{ text }}) as novelty,
        count(*) as row_count
    from {{ diff.work }}
    union all
    select
        cast('distinct_keys' as {{ text }}) as counted,
        cast(null as {{ text }}) as reason,
        cast(null as {{ text }}) as novelty,
        {{ outhaul.distinct_count('changes', key) }} as row_count
    from changes
    where _outhaul_what <> 'invalid' and _outhaul_novelty = 'key'
    {%- if diff.identity is not none %}
    union all
    select
        cast('distinct_identities' as {{ text }}) as counted,
        cast(null as {{ text }}) as reason,
        cast(null as {{ text }}) as novelty,
        {{ outhaul.distinct_count('changes', [outhaul._identity_column(diff)]) }} as row_count
    from changes
    where _outhaul_what <> 'invalid' and _outhaul_novelty is not null
    {%- endif %}
{%- endmacro %}

{#- The same of a first build, where nothing is held and all that is valid is inserted. -#}
{% macro _tally_first(diff, repeats) %}
    {% set tally = outhaul._no_tally() %}
    {% do tally.update({'rows': diff.all_counts.rows}) %}
    {% if not repeats and diff.all_counts.unusable == 0 %}
        {% do tally.update({'inserted': diff.all_counts.rows}) %}
        {{ return(tally) }}
    {% endif %}
    {% set query -%}
        select
            _outhaul_held,
            count(*) as row_count
        from (

        {{ outhaul._judged_query(diff) }}

        ) as judged
        group by _outhaul_held
    {%- endset %}
    {% for reason, count in outhaul._fetch(query) %}
        {% do tally.update({'inserted': count | int}) if reason is none else tally.invalid.update({reason: count | int}) %}
    {% endfor %}
    {{ return(tally) }}
{% endmacro %}

{#- Whether the last build has shown that no identity repeats among what is acknowledged, and
the rows are told apart as they were then. -#}
{% macro _may_check_changed(diff) %}
    {{ return(
        diff.before.next_check == 'changed' and not diff.adopted and outhaul._may_repeat_no_more(diff)
        and outhaul._stored_key(diff.before) == diff.key and outhaul._stored_identity(diff.before) == diff.identity
    ) }}
{% endmacro %}

{#- Whether a build can show that. With `prefer`, rows are expected to repeat; and of an
append-only segment, what is acknowledged tells nothing of the rows that are in it. -#}
{% macro _may_repeat_no_more(diff) %}
    {{ return(not diff.prefer and not diff.append_only and diff.before.retirement != 'remove') }}
{% endmacro %}

{#- Whether the rows of two keys that are one show in the counts.

Keys of what is acknowledged are unique: if more rows of the select found theirs there than
are found there, some key repeats. New keys and identities are counted themselves. -#}
{% macro _repeats_show(diff, tally) %}
    {{ return(
        tally.rows - tally.new != diff.found.held_rows - tally.gone
        or tally.new_keys != tally.distinct_keys
        or (diff.identity is not none and tally.named != tally.distinct_identities)
    ) }}
{% endmacro %}

{#- Whether an identity that is new with a row is that of another row already. -#}
{% macro _clashes(diff, tally) %}
    {% if diff.identity is none or tally.named == 0 or (diff.key == [diff.identity] and not diff.identity_is_text) %}
        {{ return(false) }}
    {% endif %}
    {% do outhaul.plan_by_hash(true) %}
    {% set count = outhaul._fetch(outhaul._clash_count_query(diff))[0][0] | int %}
    {% do outhaul.plan_by_hash(false) %}
    {{ return(count > 0) }}
{% endmacro %}

{% macro _clash_count_query(diff) -%}
    with

    named as (

        select
            {{ outhaul._key_list(diff.key, 'changes') }},
            {{ outhaul._usable_identity(diff, 'changes') }} as _outhaul_identity
        from {{ diff.changes }} as changes
        where
            changes._outhaul_change is not null
            and changes._outhaul_novelty is not null

    ),

    held as (

        select
            {{ outhaul._key_list(diff.key, 'acknowledged') }},
            {{ outhaul._usable_identity(diff, 'acknowledged') }} as _outhaul_identity
        from {{ diff.held }} as acknowledged

    )

    select count(*) as row_count
    from named
    inner join held
        on named._outhaul_identity = held._outhaul_identity
    where not ({{ outhaul._keys_match('named', 'held', diff.key) }})
{%- endmacro %}

{#- What the next build has to look at. -#}
{% macro _next_check(diff, repeats) %}
    {{ return(
        'changed' if outhaul._may_repeat_no_more(diff) and not repeats and not diff.all_counts.held_repeats else 'all'
    ) }}
{% endmacro %}

{#- Put the counts into the diff. -#}
{% macro _note_tally(diff, tally) %}
    {% do diff.update({
        'counts': {
            'inserted': tally.inserted, 'updated': tally.updated, 'removed': tally.removed, 'held': tally.held,
        },
        'segment_rows': tally.rows,
        'invalid_reasons': tally.invalid,
        'invalid_rows': tally.invalid.values() | sum,
    }) %}
{% endmacro %}
