{#- Which identifiers two records must have in common to be the same person. -#}

{#- The rules: of each {name, identifiers, conflict_limit}. -#}
{% macro _identity_rules(plan, rules, known, conflict_limit) %}
    {% do outhaul._check_limit(plan, conflict_limit, 'conflict_limit') %}
    {% if rules is not mapping or not rules %}
        {% do plan.problems.append(
            "rules: wants a mapping of name to identifiers, such as {'e-mail': 'email', 'name and phone': ['name', 'phone']}, not "
            ~ outhaul._shown(rules)
        ) %}
        {{ return([]) }}
    {% endif %}
    {% set found = [] %}
    {% for name, given in rules.items() %}
        {% set path = 'rules.' ~ name %}
        {% set rule = given if given is mapping else {'all': given} %}
        {% do outhaul._check_keys(plan, rule, ['all', 'conflict_limit'], path) %}
        {% set limit = rule.get('conflict_limit', conflict_limit) %}
        {% do outhaul._check_limit(plan, limit, path ~ '.conflict_limit') if 'conflict_limit' in rule %}
        {% do found.append({
            'name': name | string, 'conflict_limit': limit,
            'identifiers': outhaul._rule_identifiers(plan, rule.get('all'), known, path),
        }) %}
    {% endfor %}
    {{ return(found) }}
{% endmacro %}

{% macro _rule_identifiers(plan, given, known, path) %}
    {% if not given or given is mapping or (given is not string and given is not iterable) %}
        {% do plan.problems.append(path ~ ': wants an identifier or a list of them, not ' ~ outhaul._shown(given)) %}
        {{ return([]) }}
    {% endif %}
    {% for name in outhaul._names_list(given) if name not in known %}
        {% do plan.problems.append(
            path ~ ": '" ~ name ~ "' is no identifier" ~ outhaul._did_you_mean(name | string, known)
            ~ ' (there are ' ~ known | join(', ') ~ ')'
        ) %}
    {% endfor %}
    {{ return(outhaul._names_list(given)) }}
{% endmacro %}

{#- One record with a key joins nothing, so a limit begins at 2. -#}
{% macro _check_limit(plan, limit, path) %}
    {% if limit is not integer or limit is boolean or limit < 2 %}
        {% do plan.problems.append(path ~ ': wants a whole number from 2 on, not ' ~ outhaul._shown(limit)) %}
    {% endif %}
{% endmacro %}
