-- Searches that each warehouse writes in its own way; the ids that meet each condition.
{% set cases = {
    'pattern': {'matches': '^[a-z]+$'},
    'pattern with a backslash': {'matches': '\\d{3}%'},
    'pattern in any case': {'matches': '^a_C$', 'ignore_case': true},
    'no pattern': {'not_matches': '[a-z]'},
    'text in any case': {'contains': ['SURE', 'PLAIN'], 'ignore_case': true},
    'in any case': {'in': ['PLAIN', 'a_C'], 'ignore_case': true},
    'empty': {'is_empty': true},
} %}
{% for name, case in cases.items() %}
select {{ outhaul.literal(name) }} as name, picked.id
from (
    {{ outhaul.segment(ref('texts'), where=dict(case, column='text'), columns='id') }}
) as picked
{{ 'union all' if not loop.last }}
{% endfor %}
