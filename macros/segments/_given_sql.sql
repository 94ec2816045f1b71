{#- SQL that a user wrote as text, which stands within a query of outhaul's. -#}

{#- What is wrong with a piece of SQL as a part of a query, or none.

It must be whole: a parenthesis too many would end what it stands in, and a comment or a
quote without an end would swallow what comes after. -#}
{% macro _fault_of_sql(text) %}
    {% set rest = outhaul._unquoted(text) %}
    {% set open = modules.re.search('[\'"`]|/[*]|[*]/|(?<![A-Za-z0-9_$])[$][A-Za-z0-9_]*[$]', rest) %}
    {% if open is not none %}
        {{ return('its ' ~ open.group() ~ ' is of a quote or a comment that does not end in it') }}
    {% elif rest | trim != outhaul._unquoted(text ~ '\n') | trim %}
        {{ return('it ends with a comment, which would go on after it: write it as /* … */') }}
    {% elif ';' in rest %}
        {{ return("there is a ';' in it, which would end the whole query") }}
    {% endif %}
    {% set state = {'depth': 0, 'lowest': 0} %}
    {% for mark in modules.re.findall('[()]', rest) %}
        {% do state.update({'depth': state.depth + (1 if mark == '(' else -1)}) %}
        {% do state.update({'lowest': [state.lowest, state.depth] | min}) %}
    {% endfor %}
    {% if state.lowest < 0 %}
        {{ return("there is a ')' in it without its '('") }}
    {% elif state.depth > 0 %}
        {{ return("there is a '(' in it without its ')'") }}
    {% endif %}
    {{ return(none) }}
{% endmacro %}

{#- The SQL without its quotes and comments. -#}
{% macro _unquoted(text) %}
    {#- 16 is re.DOTALL -#}
    {{ return(modules.re.sub(outhaul.quoted_parts() | join('|'), ' ', text, flags=16)) }}
{% endmacro %}

{#- The SQL without spaces around it; a problem where it is not whole. -#}
{% macro _given_sql(plan, text, path) %}
    {% set given = text | trim %}
    {% set fault = outhaul._fault_of_sql(given) %}
    {% if fault is not none %}
        {% do plan.problems.append(path ~ ": the SQL '" ~ given ~ "' is not whole: " ~ fault) %}
    {% endif %}
    {{ return(given) }}
{% endmacro %}
