{#- A pattern search: of a point and its neighbours the likeliest is where the next round
    looks; where that is the point itself, the neighbours come closer by half. Parameters are
    looked for by their logarithms, so that they stay positive. -#}

{#- Find the parameters of how often customers buy, and when they leave (BG/NBD). -#}
{% macro _search_purchases(run, fit) %}
    {% set state = {'at': fit.start[:4] if fit.start else [0.0, 1.0, 0.0, 0.0], 'step': fit.step, 'rounds': 0} %}
    {% for number in range(run.max_rounds) if state.step >= outhaul._smallest_step() %}
        {% do outhaul._take_step(state, outhaul._purchase_likelihoods(run.tables['purchases_' ~ fit.fitted_to], state)) %}
    {% endfor %}
    {% do fit.update(outhaul._parameters_at(state, ['r', 'alpha', 'a', 'b'])) %}
    {% do fit.update({
        'log_likelihood': state.log_likelihood, 'rounds': state.rounds, 'is_found': state.step < outhaul._smallest_step(),
    }) %}
{% endmacro %}

{#- Find the parameters of what customers spend (Gamma-Gamma). -#}
{% macro _search_values(run, fit) %}
    {% set state = {'at': fit.start[4:] if fit.start else [1.0, 1.0, fit.log_average], 'step': fit.step, 'rounds': 0} %}
    {% for number in range(run.max_rounds) if state.step >= outhaul._smallest_step() %}
        {% do outhaul._take_step(state, outhaul._value_likelihoods(run.tables['values_' ~ fit.fitted_to], state)) %}
    {% endfor %}
    {% do fit.update(outhaul._parameters_at(state, ['p', 'q', 'v'])) %}
    {% do fit.update({
        'value_log_likelihood': state.log_likelihood, 'value_rounds': state.rounds,
        'are_values_found': state.step < outhaul._smallest_step(),
    }) %}
{% endmacro %}

{#- 0.02 % of a parameter. -#}
{% macro _smallest_step() %}
    {{ return(0.0002) }}
{% endmacro %}

{% macro _take_step(state, query) %}
    {% set row = outhaul._fetch(query)[0] %}
    {% set moved = [] %}
    {% for place in state.at %}
        {% do moved.append(place + state.step * (row[loop.index0] | int)) %}
    {% endfor %}
    {% if moved == state.at %}
        {% do state.update({'step': state.step / 2}) %}
    {% endif %}
    {% do state.update({'at': moved, 'rounds': state.rounds + 1, 'log_likelihood': row[-1] | float}) %}
{% endmacro %}

{#- There is no exp() in Jinja; e to fifteen digits is as exact as the search by far. -#}
{% macro _parameters_at(state, names) %}
    {% set found = {} %}
    {% for name in names %}
        {% do found.update({name: 2.718281828459045 ** state.at[loop.index0]}) %}
    {% endfor %}
    {{ return(found) }}
{% endmacro %}

{#- The point that a search is at, and its neighbours: as columns of these names. -#}
{% macro _points(names, state) -%}
    {% set double = outhaul.type_double() -%}
    select
        {%- for name in names %}
        move_{{ loop.index }}.move as move_{{ loop.index }},
        exp(cast({{ state.at[loop.index0] }} as {{ double }}) + cast({{ state.step }} as {{ double }}) * move_{{ loop.index }}.move) as {{ name }}
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from moves as move_1
    {%- for name in names[1:] %}
    cross join moves as move_{{ loop.index + 1 }}
    {%- endfor %}
    {{- outhaul.subquery_fence() }}
{%- endmacro %}

{% macro _moves_of(count) %}
    {% set names = [] %}
    {% for number in range(count) %}
        {% do names.append('move_' ~ (number + 1)) %}
    {% endfor %}
    {{ return(names | join(', ')) }}
{% endmacro %}
