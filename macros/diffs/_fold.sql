{#- Fold what became of the published generation into `d__acknowledged`.

Up to the committed position a row is acknowledged unless it was rejected; from
there to the claimed position it is in doubt; the rest was never sent. Folding
twice gives the same result, so a crash in between does no harm. -#}
{% macro _fold(diff) %}
    {% set existing = outhaul._existing(diff, 'acknowledged') %}
    {% set claims = diff.claims %}
    {% do outhaul._refuse_lost_state(diff, existing, claims) %}
    {% if existing is none or claims.claimed == 0 %}
        {{ return('') }}
    {% endif %}
    {#- without a transaction, a build that died may have left the next generation: what was
        delivered of the last one had been folded before, and nobody could send of it since -#}
    {% if diff.found.generation not in [none, diff.before.generation] %}
        {{ return('') }}
    {% endif %}
    {% set key = outhaul._stored_key(diff.before) %}
    {% do outhaul._adopt_sent_columns(diff, key) %}
    {% do outhaul._fold_rejections(diff, key) %}
    {% do outhaul._fold_deliveries(diff, key) %}
    {% do outhaul._recount(diff) %}
    {#- statistics survive a small change -#}
    {% if claims.claimed > 0.1 * diff.before.rows_acknowledged %}
        {% do outhaul.prepare_reading(diff.acknowledged, key) %}
    {% endif %}
{% endmacro %}

{#- The first rows of a build that had other columns: the state gets them now, and not when
that build was published, so that a change of columns which is taken back before anything
was sent leaves no trace. -#}
{% macro _adopt_sent_columns(diff, key) %}
    {% set columns = outhaul._sent_columns(diff.before) %}
    {% if not outhaul._same_columns(diff.state_columns, columns) %}
        {% do outhaul._replace_state(
            diff, columns, key,
            outhaul._adopted_query(diff, columns, key + [outhaul._stored_identity(diff.before)])
        ) %}
    {% endif %}
{% endmacro %}

{#- State that is gone, or that belongs to another destination, must not pass for none. -#}
{% macro _refuse_lost_state(diff, existing, claims) %}
    {% if diff.before.generation == 0 or diff.resync_due %}
        {{ return('') }}
    {% endif %}
    {% set way_out = ': run "outhaul resync ' ~ diff.name ~ '" to send everything again from the next build on' %}
    {% if existing is none %}
        {% do outhaul._refuse(
            'the table ' ~ diff.acknowledged ~ ', which says what the destination holds, is gone.'
            ~ ' Restore it, or accept that rows which left the segment stay at the destination' ~ way_out
        ) %}
    {% endif %}
    {% set was = diff.before.destination ~ '.' ~ diff.before.service %}
    {% set is = diff.meta.destination ~ '.' ~ diff.meta.service %}
    {% if was != is and (diff.before.rows_acknowledged > 0 or claims.claimed > 0) %}
        {% do outhaul._refuse(
            'it delivered to ' ~ was ~ ' and is now bound to ' ~ is ~ ', which holds nothing of it yet.'
            ~ ' Give the new binding a model of its own, or keep the name' ~ way_out
        ) %}
    {% endif %}
{% endmacro %}
