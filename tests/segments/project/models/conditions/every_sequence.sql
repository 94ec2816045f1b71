-- The shoppers of each sequence of a basket and an order.
{% set basket = {'related': ref('visits'), 'time': 'at_time', 'where': {'column': 'kind', 'equals': 'basket'}} %}
{% set order = dict(basket, where={'column': 'kind', 'equals': 'order'}) %}
{% set by_day = [dict(basket, time='on_day'), dict(order, time='on_day')] %}
{% set cases = {
    'ordered within 3 days': {'first': basket, 'then': order, 'within_days': 3},
    'ordered within 3 days, by day': {'first': by_day[0], 'then': by_day[1], 'within_days': 3},
    'ordered less': {'first': basket, 'then': order, 'pair': 'later.amount < earlier.amount'},
    'abandoned, by day': {'first': by_day[0], 'then_not': by_day[1], 'within_days': 3},
    'abandoned that basket': {'first': basket, 'then_not': order, 'within_days': 3, 'same': ['basket']},
} %}
{% for name, case in cases.items() %}
select {{ outhaul.literal(name) }} as name, picked.shopper_id
from (
    {{ outhaul.segment(ref('shoppers'), where=case, key='shopper_id', columns='shopper_id') }}
) as picked
{{ 'union all' if not loop.last }}
{% endfor %}
