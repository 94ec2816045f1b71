{#- Words for messages. -#}

{#- A value as the user wrote it, roughly. -#}
{% macro _shown(value) %}
    {% if value is none %}
        {{ return('nothing') }}
    {% elif outhaul._is_relation(value) %}
        {{ return(value | string) }}
    {% elif value is string %}
        {{ return("the text '" ~ value ~ "'") }}
    {% elif value is boolean %}
        {{ return('true' if value else 'false') }}
    {% elif value is mapping %}
        {{ return('a mapping of ' ~ value.keys() | join(', ')) }}
    {% elif value is number %}
        {{ return('the number ' ~ value) }}
    {% endif %}
    {{ return('a list' if value else 'an empty list') }}
{% endmacro %}

{#- "; did you mean 'x'?" for the nearest of the names, if one is near. -#}
{% macro _did_you_mean(name, names) %}
    {% set best = {'distance': 3, 'name': none} %}
    {% for candidate in names %}
        {% set distance = outhaul._distance(name | lower, candidate | lower) %}
        {% if distance < best.distance and distance < name | length %}
            {% do best.update({'distance': distance, 'name': candidate}) %}
        {% endif %}
    {% endfor %}
    {{ return("; did you mean '" ~ best.name ~ "'?" if best.name else '') }}
{% endmacro %}

{#- In how many letters two names differ (Levenshtein), counted no further than needed. -#}
{% macro _distance(left, right) %}
    {% if (left | length - right | length) | abs > 2 %}
        {{ return(99) }}
    {% endif %}
    {% set state = {'row': range(right | length + 1) | list} %}
    {% for letter in left | list %}
        {% set next = [loop.index] %}
        {% for other in right | list %}
            {% do next.append([
                next[-1] + 1,
                state.row[loop.index] + 1,
                state.row[loop.index0] + (0 if letter == other else 1),
            ] | min) %}
        {% endfor %}
        {% do state.update({'row': next}) %}
    {% endfor %}
    {{ return(state.row[-1]) }}
{% endmacro %}

{#- A name or a list of names as a list. -#}
{% macro _names_list(names) %}
    {{ return([] if names is none else ([names] if names is string else names | list)) }}
{% endmacro %}

{#- Name the keys of a mapping that nobody asked for. -#}
{% macro _check_keys(plan, given, known, path) %}
    {% for name in given %}
        {% if name not in known %}
            {% do plan.problems.append(
                path ~ ": unknown '" ~ name ~ "'" ~ outhaul._did_you_mean(name | string, known)
                ~ ' (known are ' ~ known | join(', ') ~ ')'
            ) %}
        {% endif %}
    {% endfor %}
{% endmacro %}
