{#- Warn where what is delivered would stay as it was sent, or where it was sent.

The build cannot know what a setting means to a service. A sync can: it stops where rows
would go to another place than those that are acknowledged. -#}
{% macro _warn_of_changes(diff) %}
    {% set before = diff.before %}
    {% set holds_rows = (before.rows_acknowledged or 0) > 0 or diff.claims.committed > 0 %}
    {% if before.generation == 0 or diff.resync_due or not holds_rows %}
        {{ return('') }}
    {% endif %}
    {% set changed = outhaul._changed_settings(fromjson(before.settings), diff.meta) %}
    {% set segment = outhaul._segment_name() %}
    {% if before.segment and before.segment != segment %}
        {% do changed.append("the segment (was '" ~ before.segment ~ "', is '" ~ segment ~ "')") %}
    {% endif %}
    {% if changed %}
        {% do exceptions.warn(
            'outhaul.diff in model ' ~ diff.name ~ ': changed since the last build: ' ~ changed | join(', ')
            ~ '. Rows that are delivered stay as they were sent, and where. If rows go to another place by this,'
            ~ ' such as a list of another name, the next sync stops until you run "outhaul resync '
            ~ diff.name ~ '" or "outhaul rebind ' ~ diff.name ~ '"'
        ) %}
    {% endif %}
{% endmacro %}

{#- The settings by which the service gets other values that differ, with what they were and are. -#}
{% macro _changed_settings(before, after) %}
    {% set no_matter = outhaul._build_keys() + outhaul._dispatch_keys() | reject('equalto', 'fields') | list %}
    {% set changed = [] %}
    {% for name in (before.keys() | list + after.keys() | list) | unique %}
        {% if name not in no_matter and before.get(name) != after.get(name) %}
            {% do changed.append(
                "'" ~ name ~ "' (was " ~ tojson(before.get(name)) ~ ', is ' ~ tojson(after.get(name)) ~ ')'
            ) %}
        {% endif %}
    {% endfor %}
    {{ return(changed) }}
{% endmacro %}
