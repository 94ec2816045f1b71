{#- Give a ledger that an older package made the columns that were added since.

versions: the `ledger_version` of each activation; where they are all of today, or newer,
there is nothing to look at. Activations keep the version of their last build. -#}
{% macro _upgrade_ledger(versions) %}
    {% if versions and versions | min >= outhaul.ledger_version() %}
        {{ return('') }}
    {% endif %}
    {% set types = outhaul.ledger_types() %}
    {% for table, columns in outhaul.ledger_tables().items() %}
        {% set relation = outhaul.ledger_relation(table) %}
        {% set present = outhaul.columns_of(relation) | map(attribute='name') | map('lower') | list %}
        {% set missing = {} %}
        {% for name, kind in columns.items() if name not in present %}
            {% do missing.update({name: types[kind]}) %}
        {% endfor %}
        {% if missing %}
            {% do outhaul.add_columns(relation, missing) %}
            {% do adapter.commit() %}
            {% do log('outhaul: ' ~ relation ~ ' now has ' ~ missing.keys() | join(' and '), info=true) %}
        {% endif %}
    {% endfor %}
{% endmacro %}
