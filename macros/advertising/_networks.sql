{#- Which steps each network wants of each kind of identifier, as the dispatcher has them in
    kit/identifiers/networks.py. -#}
{% macro _network_steps() %}
    {% set hashed, lower = ['sha256'], ['lower', 'sha256'] %}
    {% set letters, a_to_z = ['lower', 'letters', 'sha256'], ['lower', 'a_to_z', 'sha256'] %}
    {% set postal, digits = ['lower', 'five_digits', 'compact', 'sha256'], ['digits', 'sha256'] %}
    {% set initial = ['lower', 'initial', 'sha256'] %}
    {{ return({
        'criteo': {'email': hashed, 'mobile_ad_id': []},
        'google': {
            'email': ['gmail', 'sha256'], 'phone': hashed, 'first_name': lower, 'last_name': lower,
            'postal_code': [], 'country': [], 'mobile_ad_id': [], 'external_id': [],
        },
        'linkedin': {
            'email': hashed, 'mobile_ad_id': [], 'company_name': [], 'company_domain': [],
            'company_email_domain': [], 'company_page_url': [], 'organization_urn': [],
        },
        'meta': {
            'email': hashed, 'phone': digits, 'first_name': letters, 'last_name': letters,
            'city': a_to_z, 'state': a_to_z, 'postal_code': postal, 'country': lower,
            'gender': initial, 'birth_date': hashed, 'mobile_ad_id': ['lower'], 'external_id': hashed,
        },
        'microsoft': {'email': hashed},
        'pinterest': {
            'email': hashed, 'phone': digits, 'first_name': lower, 'last_name': lower,
            'city': letters, 'state': lower, 'postal_code': digits, 'country': lower,
            'gender': initial, 'birth_date': hashed, 'mobile_ad_id': lower, 'external_id': hashed,
        },
        'reddit': {'email': ['bare', 'sha256'], 'mobile_ad_id': lower},
        'snapchat': {
            'email': hashed, 'phone': digits, 'first_name': letters, 'last_name': letters,
            'city': letters, 'state': letters, 'postal_code': postal, 'country': lower,
            'gender': initial, 'birth_date': hashed, 'mobile_ad_id': lower, 'external_id': hashed,
        },
        'tiktok': {'email': hashed, 'phone': hashed, 'mobile_ad_id': lower, 'external_id': hashed},
        'x': {'email': hashed, 'phone': hashed, 'mobile_ad_id': lower},
    }) }}
{% endmacro %}

{#- The steps of one kind, which end with the hash. -#}
{% macro _steps_of(macro, kind, network) %}
    {% set networks = outhaul._network_steps() %}
    {% set kinds = networks.get(network, {}) %}
    {% set steps = kinds.get(kind) %}
    {% if steps is not none and 'sha256' in steps %}
        {{ return(steps) }}
    {% endif %}
    {% set hashed = [] %}
    {% for name, found in kinds.items() if 'sha256' in found %}
        {% do hashed.append(name) %}
    {% endfor %}
    {% if network not in networks %}
        {% set problem = "there is no network '" ~ network ~ "' (known are " ~ networks | join(', ') ~ ')' %}
    {% else %}
        {% set taken = ' takes no ' ~ kind if steps is none else ' takes ' ~ kind ~ ' in clear, so select the column as it is' %}
        {% set problem = network ~ taken ~ ' (hashed are ' ~ hashed | join(', ') ~ ')' %}
    {% endif %}
    {% do outhaul._refuse_identifier(macro, problem) %}
    {{ return(['sha256']) }}
{% endmacro %}

{#- What is wrong is said when the model is compiled, so that others can be parsed. -#}
{% macro _refuse_identifier(macro, problem) %}
    {% if execute %}
        {% do exceptions.raise_compiler_error('outhaul.' ~ macro ~ ': ' ~ problem) %}
    {% endif %}
{% endmacro %}
