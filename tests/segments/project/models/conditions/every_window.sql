-- What each warehouse writes in its own way; the ids that meet each condition.
{% set berlin = 'Europe/Berlin' %}
{% set next = {'column': 'born_on', 'anniversary_within_next_days': 2} %}
{% set cases = {
    'this week': [ref('moments'), {'column': 'at_time', 'in_this': 'week'}, none, none],
    'last month of a point in time': [ref('moments'), {'column': 'at_zone', 'in_last': 'month'}, none, none],
    'this quarter': [ref('moments'), {'column': 'on_day', 'in_this': 'quarter'}, none, none],
    'today in a zone': [ref('moments'), {'column': 'at_time', 'in_this': 'day'}, none, berlin],
    'today in a zone of a point in time': [ref('moments'), {'column': 'at_zone', 'in_this': 'day'}, none, berlin],
    'until a day in a zone': [ref('moments'), {'column': 'at_zone', 'on_or_before': '2026-06-30'}, none, berlin],
    'birthdays around a leap day': [ref('birthdays'), next, '2028-02-28', none],
    'birthdays in a common year': [ref('birthdays'), next, '2027-02-28', none],
    'birthdays at the end of a year': [ref('birthdays'), next, '2026-12-31', none],
    'now': [ref('clock'), [
        {'column': 'at_time', 'in_this': 'year'}, {'column': 'on_day', 'in_this': 'month'},
        {'column': 'on_day', 'in_this': 'week'}, {'column': 'on_day', 'anniversary_within_next_days': 1},
        {'column': 'on_day', 'within_next_days': 1}, {'column': 'on_day', 'between_days_ago': [0, 1]},
        {'not': {'column': 'on_day', 'in_last': 'quarter'}}, {'not': {'column': 'on_day', 'in_next': 'day'}},
    ], 'now', none],
    'now in a zone': [ref('clock'), {'column': 'at_time', 'in_this': 'day'}, 'now', berlin],
} %}
{% for name, case in cases.items() %}
select {{ outhaul.literal(name) }} as name, picked.id
from (
    {{ outhaul.segment(case[0], where=case[1], columns='id', as_of=case[2], time_zone=case[3]) }}
) as picked
{{ 'union all' if not loop.last }}
{% endfor %}
