{#- Count the changes and hold what looks like an accident.

Adds to the diff `counts` (rows per change that may be sent, and `held`), `hold`
('all', 'removals' or none) and `hold_reason`. -#}
{% macro _guard(diff) %}
    {% set counts = outhaul._change_counts(diff) %}
    {% set hold = none %}
    {% set reason = none %}
    {% set held_rows = diff.acknowledged_rows %}
    {% if diff.append_only or diff.before.retirement == 'remove' %}
        {#- nothing is ever removed, or all that is was asked for: no accident -#}
    {% elif diff.segment_rows == 0 and held_rows > 0 %}
        {% set hold = 'all' %}
        {% set reason = 'the segment is empty while the destination holds ' ~ held_rows ~ (' row' if held_rows == 1 else ' rows') %}
    {% elif held_rows >= 100 and outhaul._exceeds(counts.removed, diff.max_removed, held_rows) %}
        {% set hold = 'removals' %}
        {% set reason =
            counts.removed ~ ' of ' ~ held_rows ~ ' rows would be removed, more than max_removed allows ('
            ~ diff.max_removed ~ ')'
        %}
    {% endif %}
    {% do diff.update({'counts': counts, 'hold': hold, 'hold_reason': reason}) %}
    {% if hold is not none %}
        {% do exceptions.warn(
            'outhaul.diff in model ' ~ diff.name ~ ': ' ~ reason ~ '. '
            ~ ('Nothing is sent' if hold == 'all' else 'The removals are not sent')
            ~ ' unless "outhaul approve ' ~ diff.name ~ '" releases this build.'
        ) %}
    {% endif %}
    {% if counts.updated > 0.5 * held_rows and held_rows >= 100 and not diff.columns_changed %}
        {% do exceptions.warn(
            'outhaul.diff in model ' ~ diff.name ~ ': ' ~ counts.updated ~ ' of ' ~ held_rows
            ~ ' acknowledged rows are updated, although the columns are the same as before.'
        ) %}
    {% endif %}
{% endmacro %}

{#- Whether a count is more than this share of a total, exactly: 29 of 100 is not more than
    0.29, although 0.29 times 100 is less than 29. -#}
{% macro _exceeds(count, share, total) %}
    {{ return(count * 1000000000 > outhaul._parts_of_share(share) * total) }}
{% endmacro %}

{#- A share in parts of a thousand millionth. -#}
{% macro _parts_of_share(share) %}
    {{ return((share * 1000000000) | round | int) }}
{% endmacro %}

{#- Rows per change; a first build has only insertions. -#}
{% macro _change_counts(diff) %}
    {% set counts = {'removed': 0, 'inserted': 0, 'updated': 0, 'held': 0} %}
    {% if diff.is_first and diff.all_valid %}
        {% do counts.update({'inserted': diff.segment_rows}) %}
        {{ return(counts) }}
    {% elif diff.is_first %}
        {% do counts.update({'inserted': outhaul._fetch(
            'select count(*) from (' ~ diff.source ~ ') as source'
        )[0][0] | int}) %}
        {{ return(counts) }}
    {% endif %}
    {% for row in outhaul._fetch(
        "select case when _outhaul_held is null then _outhaul_change else 'held' end, count(*) from "
        ~ diff.changes ~ ' group by 1'
    ) %}
        {% do counts.update({row[0]: row[1] | int}) %}
    {% endfor %}
    {{ return(counts) }}
{% endmacro %}
