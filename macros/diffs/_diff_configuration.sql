{#- Check what the model configures and gather what the steps share.

Keys of the mapping: name, relation, acknowledged, rejected, existing, key, identity, prefer,
append_only, max_invalid, max_removed, refresh_days, meta, unsuppressed, suppression_entries; the
steps add theirs. -#}
{% macro _diff_configuration(relation) %}
    {% set meta = (config.get('meta') or {}).get('outhaul') %}
    {% do outhaul._check_diff_configuration(config.get('unique_key'), meta) %}
    {% set unique_key = config.get('unique_key') %}
    {% set key = [unique_key] if unique_key is string else unique_key | list %}
    {% set default_identity = key[0] if key | length == 1 else none %}
    {{ return({
        'name': outhaul._activation_name(model),
        'relation': relation,
        'acknowledged': outhaul._beside(relation, '__acknowledged'),
        'rejected': outhaul._beside(relation, '__rejected'),
        'existing': {},
        'key': key,
        'identity': meta.get('identity', default_identity),
        'prefer': meta.get('prefer'),
        'append_only': meta.get('append_only', false),
        'max_invalid': meta.get('max_invalid', 0.05),
        'max_removed': meta.get('max_removed', 0.2),
        'refresh_days': meta.refresh_after.split(' ')[0] | int if 'refresh_after' in meta else none,
        'meta': meta,
        'unsuppressed': meta.get('unsuppressed', false),
        'suppression_entries': outhaul._suppression_entries(),
    }) }}
{% endmacro %}

{#- The keys of `meta.outhaul` that the build reads; outhaul/registry/diff_keys.py has the same. -#}
{% macro _build_keys() %}
    {{ return([
        'destination', 'service', 'append_only', 'identity', 'prefer', 'max_invalid', 'max_removed', 'refresh_after', 'unsuppressed',
    ]) }}
{% endmacro %}

{#- Those that the dispatcher reads, whatever the service. -#}
{% macro _dispatch_keys() %}
    {{ return(['fields', 'max_rejected', 'max_missing']) }}
{% endmacro %}

{#- The segment of a diff: the first model that it refers to, lists of whom it suppresses apart. -#}
{% macro _segment_name() %}
    {% set names = model.refs | map(attribute='name') | reject('in', outhaul._suppression_names()) | list %}
    {{ return(names[0] if names else model.name) }}
{% endmacro %}

{#- Raise one error that names everything that is wrong with a diff's configuration. -#}
{% macro _check_diff_configuration(unique_key, meta) %}
    {% set problems = [] %}
    {% if not unique_key %}
        {% do problems.append("'unique_key' is missing: the column, or list of columns, that rows are tracked by") %}
    {% endif %}
    {% if meta is not mapping %}
        {% do problems.append("'meta.outhaul' is missing: at least 'destination' and 'service'") %}
    {% else %}
        {% for name in ['destination', 'service'] %}
            {% if meta.get(name) is not string or not meta.get(name) %}
                {% do problems.append("'meta.outhaul." ~ name ~ "' is missing or not a name") %}
            {% endif %}
        {% endfor %}
        {% for name in ['identity', 'prefer'] %}
            {% if meta.get(name) is not none and meta.get(name) is not string %}
                {% do problems.append("'meta.outhaul." ~ name ~ "' must be text") %}
            {% endif %}
        {% endfor %}
        {% set fault = outhaul._fault_of_sql(meta.get('prefer')) if meta.get('prefer') is string else none %}
        {% if fault is not none %}
            {% do problems.append("'meta.outhaul.prefer' is not whole: " ~ fault) %}
        {% endif %}
        {% for name in ['append_only', 'unsuppressed'] if meta.get(name, false) is not boolean %}
            {% do problems.append("'meta.outhaul." ~ name ~ "' must be true or false") %}
        {% endfor %}
        {% for name in ['max_invalid', 'max_removed'] %}
            {% set share = meta.get(name, 0) %}
            {% if share is not number or share is boolean or share < 0 or share > 1 %}
                {% do problems.append("'meta.outhaul." ~ name ~ "' must be a share from 0 to 1") %}
            {% endif %}
        {% endfor %}
        {% if 'refresh_after' in meta and not modules.re.match('^[1-9][0-9]{0,3} days?$', meta.refresh_after | string) %}
            {% do problems.append("'meta.outhaul.refresh_after' must be a number of days, such as 30 days") %}
        {% elif 'refresh_after' in meta and meta.get('append_only') %}
            {% do problems.append("'meta.outhaul.refresh_after' cannot be used with 'append_only', whose rows are sent once") %}
        {% endif %}
    {% endif %}
    {% if config.get('contract') and config.get('contract').enforced %}
        {% do problems.append("'contract' cannot be enforced on a diff, whose table has columns of outhaul's own: put it on the segment") %}
    {% endif %}
    {% set limit = outhaul.longest_name() %}
    {% if limit is not none and this.identifier | length + '__acknowledged' | length > limit %}
        {% do problems.append(
            'its table ' ~ this.identifier ~ ' has a name of ' ~ this.identifier | length
            ~ ' characters, and the tables beside it, such as ' ~ this.identifier ~ '__acknowledged, may have '
            ~ limit ~ ' here: give the model an alias of at most ' ~ (limit - '__acknowledged' | length)
        ) %}
    {% endif %}
    {% if problems %}
        {% do outhaul._refuse(problems | join('; ')) %}
    {% endif %}
{% endmacro %}

{#- End the model with a message that names it. -#}
{% macro _refuse(message) %}
    {% do exceptions.raise_compiler_error('outhaul.diff in model ' ~ outhaul._activation_name(model) ~ ': ' ~ message) %}
{% endmacro %}

{#- The table beside a diff with this suffix. -#}
{% macro _beside(relation, suffix) %}
    {{ return(relation.incorporate(
        path={'identifier': relation.identifier ~ suffix}, type='table'
    )) }}
{% endmacro %}
