{#- Take off the select whom a list of the var `outhaul_suppressed` names.

What the destination holds of them is no longer in the segment then, and is removed like all
that left it. Keys that have several rows go as a whole. Adds to the diff `suppressed_rows`
(keys) and `suppression`: by the name of each list, `by` (the columns that it was matched by;
none where the select has no such) and `rows`. -#}
{% macro _suppress(diff) %}
    {% do diff.update({'suppressed_rows': 0, 'suppression': {}}) %}
    {% set entries = diff.suppression_entries if diff.before.retirement != 'remove' else [] %}
    {% set lists = [] %}
    {% for entry in entries %}
        {% do lists.append(outhaul._suppression_list(diff, entry, 'outhaul_suppressed[' ~ loop.index0 ~ ']')) %}
    {% endfor %}
    {% do outhaul._refuse_unmatched(diff, lists) if lists %}
    {% if lists | selectattr('matches') | list %}
        {% do outhaul._fill_work_table(diff, 'suppressed', outhaul._suppressed_query(diff, lists)) %}
        {% set counts = dict(outhaul._fetch(outhaul._suppressed_counts_query(diff))) %}
        {% do diff.update({'suppressed_rows': counts[-1] | int}) %}
        {% if diff.suppressed_rows %}
            {% set keys = 'select ' ~ outhaul._key_list(diff.key) ~ ' from ' ~ diff.suppressed %}
            {% do outhaul._execute(outhaul.delete_matched(diff.work, keys, diff.key)) %}
        {% endif %}
        {% for list in lists %}
            {% do list.update({'rows': counts.get(loop.index0, 0) | int}) %}
        {% endfor %}
    {% endif %}
    {% do outhaul._note_suppression(diff, lists) %}
{% endmacro %}

{#- A list may stand several times in the var, each time with other columns. -#}
{% macro _note_suppression(diff, lists) %}
    {% for list in lists %}
        {% set noted = diff.suppression.get(list.name, {'by': [], 'rows': 0}) %}
        {% for pairs in list.matches %}
            {% do noted.by.append(outhaul._written_names(pairs | map(attribute='own') | map(attribute='name')) | join(' and ')) %}
        {% endfor %}
        {% do diff.suppression.update({list.name: {'by': noted.by | unique | list, 'rows': noted.rows + list.rows}}) %}
    {% endfor %}
{% endmacro %}

{#- What the var names: {name, by}; one error names all that is wrong. -#}
{% macro _suppression_entries() %}
    {% set given = var('outhaul_suppressed', none) or [] %}
    {% set entries, problems = [], [] %}
    {% if given is string or given is mapping or given is not iterable %}
        {% do problems.append("the var 'outhaul_suppressed' wants a list of models, not " ~ outhaul._shown(given)) %}
        {% set given = [] %}
    {% endif %}
    {% for entry in given %}
        {% set path = 'outhaul_suppressed[' ~ loop.index0 ~ ']' %}
        {% set name = entry.get('model') if entry is mapping else entry %}
        {% set by = entry.get('by') if entry is mapping else none %}
        {% set plan = {'problems': problems} %}
        {% do outhaul._check_keys(plan, entry, ['model', 'by'], path) if entry is mapping %}
        {% if name is not string or not name %}
            {% do problems.append(
                path ~ ": wants the name of a model, or 'source.table', or {'model': …, 'by': …}, not " ~ outhaul._shown(entry)
            ) %}
        {% endif %}
        {% set pairs = {} %}
        {% if by is mapping %}
            {% do pairs.update(by) %}
        {% elif by is not none %}
            {% for column in ([by] if by is string or by is not iterable else by) %}
                {% do pairs.update({column: column}) %}
            {% endfor %}
        {% endif %}
        {% if pairs.values() | reject('string') | list or (by is not none and not pairs) %}
            {% do problems.append(
                path ~ ".by: wants a column, a list of them, or {'column of the diff': 'column of the list'}, not " ~ outhaul._shown(by)
            ) %}
        {% endif %}
        {% do entries.append({'name': name, 'by': pairs or none}) %}
    {% endfor %}
    {% if problems and execute %}
        {% do outhaul._refuse(problems | join('; ')) %}
    {% endif %}
    {{ return([] if problems else entries) }}
{% endmacro %}

{#- Names of the lists, which are never what a diff's segment is. -#}
{% macro _suppression_names() %}
    {{ return(outhaul._suppression_entries() | map(attribute='name') | list) }}
{% endmacro %}

{#- A list as it is in the warehouse: {name, relation, matches, rows}. `matches` are the ways to
recognise a row of the diff by it, each of which does: lists of {own, other}, columns that
must all agree. -#}
{% macro _suppression_list(diff, entry, path) %}
    {% set node = outhaul._suppression_node(entry.name, path) %}
    {% set relation = adapter.get_relation(
        node.database, node.schema, node.alias or node.identifier or node.name
    ) %}
    {% if relation is none %}
        {% do outhaul._refuse(path ~ ": there is no table of '" ~ entry.name ~ "' yet: build it first") %}
    {% endif %}
    {% do outhaul._refuse_later(node, entry.name, path) %}
    {% set theirs = {} %}
    {% for column in outhaul.columns_of(relation) %}
        {% do theirs.update({column.name | lower: column}) %}
    {% endfor %}
    {{ return({
        'name': entry.name, 'relation': relation, 'rows': 0,
        'matches': outhaul._suppression_matches(diff, entry, theirs, path),
    }) }}
{% endmacro %}

{#- By `by`; else by the identity, and by the columns of the key that the list has. -#}
{% macro _suppression_matches(diff, entry, theirs, path) %}
    {% set ways = [entry.by] if entry.by else [] %}
    {% if not entry.by %}
        {% set of_key = {} %}
        {% for name in diff.key if name | lower in theirs %}
            {% do of_key.update({name: name}) %}
        {% endfor %}
        {% do ways.append(of_key) if of_key %}
        {% if diff.identity is not none and diff.identity | lower in theirs and of_key.keys() | list != [diff.identity] %}
            {% do ways.append({diff.identity: diff.identity}) %}
        {% endif %}
    {% endif %}
    {% set matches = [] %}
    {% for way in ways %}
        {% set pairs = [] %}
        {% for own_name, other_name in way.items() %}
            {% set other = theirs.get(other_name | lower) %}
            {% if other is none %}
                {% do outhaul._refuse(
                    path ~ ".by: '" ~ other_name ~ "' is no column of " ~ entry.name
                    ~ outhaul._did_you_mean(other_name, theirs.keys() | list) ~ ' (it has ' ~ theirs.keys() | join(', ') ~ ')'
                ) %}
            {% endif %}
            {% for own in diff.columns if own.name | lower == own_name | lower %}
                {% do pairs.append({'own': own, 'other': other}) %}
            {% endfor %}
        {% endfor %}
        {% do matches.append(pairs) if pairs | length == way | length %}
    {% endfor %}
    {{ return(matches) }}
{% endmacro %}

{#- The node of a list: a model, a seed, a snapshot, or a source named 'source.table'. -#}
{% macro _suppression_node(name, path) %}
    {% set node = outhaul._named_node(name) %}
    {% for source in graph.sources.values() if source.source_name ~ '.' ~ source.name == name %}
        {{ return(source) }}
    {% endfor %}
    {% if node is none %}
        {% do outhaul._refuse(path ~ ": there is no model, seed, snapshot or source '" ~ name ~ "' in the project") %}
    {% elif node.config.materialized == 'ephemeral' %}
        {% do outhaul._refuse(path ~ ": '" ~ name ~ "' is ephemeral, so it has no table that a diff could read: make it a view") %}
    {% endif %}
    {{ return(node) }}
{% endmacro %}

{#- A list that dbt may build after the diff is the list of yesterday. -#}
{% macro _refuse_later(node, name, path) %}
    {% set state = {'next': model.depends_on.nodes | list, 'seen': []} %}
    {% for level in range(graph.nodes | length) if state.next %}
        {% set found = [] %}
        {% for unique_id in state.next if unique_id not in state.seen %}
            {% do state.seen.append(unique_id) %}
            {% do found.extend((graph.nodes.get(unique_id, {}).get('depends_on') or {}).get('nodes') or []) %}
        {% endfor %}
        {% do state.update({'next': found}) %}
    {% endfor %}
    {% if node.resource_type != 'source' and node.unique_id not in state.seen %}
        {% do outhaul._refuse(
            path ~ ": dbt may build '" ~ name ~ "' after this diff, which then would read the list of the last run:"
            ~ ' give the folder of your diffs "+pre-hook: \'{{ outhaul.suppressed() }}\'" in dbt_project.yml'
        ) %}
    {% endif %}
{% endmacro %}

{#- Nobody is passed over in silence: a diff that no list can be matched with has to say so. -#}
{% macro _refuse_unmatched(diff, lists) %}
    {% set names = lists | map(attribute='name') | unique | join(', ') %}
    {% set is_matched = lists | selectattr('matches') | list | length > 0 %}
    {% if is_matched and diff.unsuppressed %}
        {% do outhaul._refuse(
            "'meta.outhaul.unsuppressed' says that no list of 'outhaul_suppressed' can be matched with it, but "
            ~ names ~ ' can: leave it out'
        ) %}
    {% elif not is_matched and not diff.unsuppressed %}
        {% do outhaul._refuse(
            "none of its columns tells whom the var 'outhaul_suppressed' means (" ~ names ~ '): the select has '
            ~ outhaul._written_names(diff.columns | map(attribute='name')) | join(', ')
            ~ ". Select the column, name it by {'model': …, 'by': {'column of the diff': 'column of the list'}}, or, where"
            ~ ' nobody on a list can be in it, set meta.outhaul.unsuppressed: true'
        ) %}
    {% endif %}
{% endmacro %}

{#- The keys of rows that are on a list, once for each list. -#}
{% macro _suppressed_query(diff, lists) -%}
    with

    matched as (

        {% for list in lists -%}
        {% set number = loop.index0 -%}
        {% set is_last = loop.last -%}
        {% for pairs in list.matches -%}
        select
            {{ outhaul._key_list(diff.key, 'work') }},
            {{ number }} as _outhaul_list
        from {{ diff.work }} as work
        inner join {{ list.relation }} as listed
            on {{ outhaul._identities_agree(pairs) }}
        union all
        {% endfor -%}
        {% endfor -%}
        select
            {{ outhaul._key_list(diff.key, 'work') }},
            0 as _outhaul_list
        from {{ diff.work }} as work
        where 1 = 0

    )

    select distinct
        {{ outhaul._key_list(diff.key, 'matched') }},
        matched._outhaul_list
    from matched
    where not {{ outhaul._key_is_null('matched', diff.key) }}
{%- endmacro %}

{#- Keys by the number of the list; -1 is all of them. -#}
{% macro _suppressed_counts_query(diff) -%}
    select
        _outhaul_list,
        count(*) as row_count
    from {{ diff.suppressed }}
    group by _outhaul_list
    union all
    select
        -1 as _outhaul_list,
        count(*) as row_count
    from (
        select distinct {{ outhaul._key_list(diff.key) }}
        from {{ diff.suppressed }}
    ) as keys_of_lists
{%- endmacro %}

{#- Text is compared as identities are: folded, and an empty one is nobody's. -#}
{% macro _identities_agree(pairs) %}
    {% set conditions = [] %}
    {% for pair in pairs %}
        {% set own, other = 'work.' ~ outhaul.quoted(pair.own.name), 'listed.' ~ outhaul.quoted(pair.other.name) %}
        {% set kinds = [outhaul.column_kind(pair.own.type), outhaul.column_kind(pair.other.type)] %}
        {% if kinds[0] == kinds[1] and kinds[0] not in ['text', 'other'] %}
            {% do conditions.append(own ~ ' = ' ~ other) %}
        {% else %}
            {% set own = outhaul.folded('cast(' ~ own ~ ' as ' ~ outhaul.type_text() ~ ')') %}
            {% set other = outhaul.folded('cast(' ~ other ~ ' as ' ~ outhaul.type_text() ~ ')') %}
            {% do conditions.append('nullif(' ~ own ~ ", '') = " ~ other) %}
        {% endif %}
    {% endfor %}
    {{ return(conditions | join('\n            and ')) }}
{% endmacro %}

{#- For the log: how many rows, and the lists that could not be matched. -#}
{% macro _suppression_words(diff) %}
    {% set unmatched = [] %}
    {% for name, list in diff.suppression.items() if not list.by %}
        {% do unmatched.append(name) %}
    {% endfor %}
    {{ return(
        (', ' ~ diff.suppressed_rows ~ ' suppressed' if diff.suppressed_rows else '')
        ~ (' (it has no column of ' ~ unmatched | join(', ') ~ ')' if unmatched else '')
    ) }}
{% endmacro %}
