{#- The steps that bring two spellings of one identifier to the same text. -#}

{#- The steps that a user asks for, as a list of {do, …}; one of theirs may be several of ours. -#}
{% macro _cleaning_steps(scope, given, path) %}
    {% set steps = [] %}
    {% set is_one = given is string or given is mapping or given is none or given is not iterable %}
    {% for step in ([given] if is_one else given) %}
        {% set name = step if step is string else (step.keys() | first if step is mapping and step | length == 1 else none) %}
        {% set option = step[name] if step is mapping and name is not none else none %}
        {% if name in ['trim', 'lower', 'digits'] and step is string %}
            {% do steps.append({'do': name}) %}
        {% elif name == 'email' and step is string %}
            {% do steps.append({'do': 'folded'}) %}
            {% do steps.append({'do': 'email_valid'}) %}
        {% elif name in ['without_plus', 'without_dots'] %}
            {% do steps.append({'do': name, 'domains': outhaul._domains(scope.plan, option, path ~ '.' ~ name)}) %}
        {% elif name == 'phone' %}
            {% do steps.append({'do': 'phone_compact'}) %}
            {% do steps.append({'do': 'phone_international', 'country': outhaul._country(scope, option, path ~ '.phone')}) %}
            {% do steps.append({'do': 'phone_valid'}) %}
        {% else %}
            {% set known = ['trim', 'lower', 'digits', 'email', 'without_plus', 'without_dots', 'phone'] %}
            {% do scope.plan.problems.append(
                path ~ ': unknown step: ' ~ outhaul._shown(step)
                ~ (outhaul._did_you_mean(step, known) if step is string else '') ~ ' (known are ' ~ known | join(', ') ~ ')'
            ) %}
        {% endif %}
    {% endfor %}
    {{ return(steps) }}
{% endmacro %}

{#- The domains that a step is for; none for all. -#}
{% macro _domains(plan, given, path) %}
    {% if given is none %}
        {{ return(none) }}
    {% elif given is mapping or not given or (given is not string and given is not sequence) %}
        {% do plan.problems.append(path ~ ': wants a domain or a list of them, not ' ~ outhaul._shown(given)) %}
        {{ return(none) }}
    {% endif %}
    {{ return(outhaul._names_list(given)) }}
{% endmacro %}

{#- The SQL of one step. -#}
{% macro _cleaned_by(step, column) %}
    {% if step.do == 'trim' %}
        {{ return('trim(' ~ column ~ ')') }}
    {% elif step.do == 'lower' %}
        {{ return('lower(' ~ column ~ ')') }}
    {% elif step.do == 'digits' %}
        {{ return(outhaul.kept_characters(column, '0123456789')) }}
    {% elif step.do == 'folded' %}
        {{ return(outhaul.folded(column)) }}
    {% elif step.do == 'email_valid' %}
        {{ return(
            'case when ' ~ column ~ " like '%_@_%' and " ~ column ~ " not like '%@%@%' and "
            ~ column ~ " not like '% %' then " ~ column ~ ' end'
        ) }}
    {% elif step.do == 'without_plus' %}
        {{ return(outhaul._at_domains(step, column, dbt.split_part(outhaul._local_part(column), "'+'", 1))) }}
    {% elif step.do == 'without_dots' %}
        {{ return(outhaul._at_domains(step, column, 'replace(' ~ outhaul._local_part(column) ~ ", '.', '')")) }}
    {% elif step.do == 'phone_compact' %}
        {{ return(outhaul._phone_compact(column)) }}
    {% elif step.do == 'phone_international' %}
        {{ return(outhaul._phone_international(column, step.country)) }}
    {% endif %}
    {{ return(outhaul._phone_valid(column)) }}
{% endmacro %}

{#- An address whose part before the @ is another, if it is one of these domains. -#}
{% macro _at_domains(step, column, local_part) %}
    {% set domain = dbt.split_part(column, "'@'", 2) | trim %}
    {% set condition = column ~ " like '%_@_%'" %}
    {% if step.domains is not none %}
        {% set names = [] %}
        {% for name in step.domains %}
            {% do names.append(outhaul.literal(name)) %}
        {% endfor %}
        {% set condition = condition ~ ' and lower(' ~ domain ~ ') in (' ~ names | join(', ') ~ ')' %}
    {% endif %}
    {{ return(
        'case when ' ~ condition ~ ' then ' ~ local_part | trim ~ " || '@' || " ~ domain ~ ' else ' ~ column ~ ' end'
    ) }}
{% endmacro %}

{% macro _local_part(column) %}
    {{ return(dbt.split_part(column, "'@'", 1) | trim) }}
{% endmacro %}
