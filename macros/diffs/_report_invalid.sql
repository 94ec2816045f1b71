{#- Warn about invalid rows; too many null and duplicate keys fail the model. -#}
{% macro _report_invalid(diff) %}
    {% if diff.invalid_rows == 0 %}
        {{ return('') }}
    {% endif %}
    {% set reasons = [] %}
    {% for reason, count in diff.invalid_reasons | dictsort %}
        {% do reasons.append(count ~ ' with ' ~ reason) %}
    {% endfor %}
    {% set bad_keys = diff.invalid_reasons.get('null key', 0) + diff.invalid_reasons.get('duplicate key', 0) %}
    {% set message =
        diff.invalid_rows ~ ' of ' ~ diff.segment_rows ~ (' row' if diff.segment_rows == 1 else ' rows') ~ ' cannot be sent: ' ~ reasons | join(', ')
    %}
    {% if outhaul._exceeds(bad_keys, diff.max_invalid, diff.segment_rows) %}
        {% do outhaul._refuse(
            message ~ '. That is more than the share of null and duplicate keys that '
            ~ "'max_invalid' allows (" ~ diff.max_invalid ~ '); nothing was changed. Mend the key in the segment'
        ) %}
    {% endif %}
    {% do exceptions.warn(
        'outhaul.diff in model ' ~ diff.name ~ ': ' ~ message
        ~ '. They are in ' ~ diff.relation ~ ' where _outhaul_change is null.'
    ) %}
{% endmacro %}
