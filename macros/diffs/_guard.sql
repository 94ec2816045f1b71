{#- Hold what looks like an accident.

Adds to the diff `hold` ('all', 'removals' or none) and `hold_reason`. -#}
{% macro _guard(diff) %}
    {% set counts = diff.counts %}
    {% set hold = none %}
    {% set reason = none %}
    {% set held_rows = diff.found.held_rows %}
    {% if diff.append_only or diff.before.retirement == 'remove' %}
        {#- nothing is ever removed, or all that is was asked for: no accident -#}
    {% elif diff.segment_rows + diff.suppressed_rows == 0 and held_rows > 0 %}
        {% set hold = 'all' %}
        {% set reason = 'the segment is empty while the destination holds ' ~ held_rows ~ (' row' if held_rows == 1 else ' rows') %}
    {% elif held_rows >= 100 and outhaul._exceeds(counts.removed, diff.max_removed, held_rows) %}
        {% set hold = 'removals' %}
        {% set reason =
            counts.removed ~ ' of ' ~ held_rows ~ ' rows would be removed, more than max_removed allows ('
            ~ diff.max_removed ~ ')' ~ (
                ', ' ~ diff.suppressed_rows ~ ' of the segment being on a list of outhaul_suppressed'
                if diff.suppressed_rows else ''
            )
        %}
    {% endif %}
    {% do diff.update({'hold': hold, 'hold_reason': reason}) %}
    {% if hold is not none %}
        {% do exceptions.warn(
            'outhaul.diff in model ' ~ diff.name ~ ': ' ~ reason ~ '. '
            ~ ('Nothing is sent' if hold == 'all' else 'The removals are not sent')
            ~ ' unless "outhaul approve ' ~ diff.name ~ '" releases this build.'
        ) %}
    {% endif %}
    {% if counts.updated > 0.5 * held_rows and held_rows >= 100 and not diff.adopted %}
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
