-- The shoppers by when they entered or left.
{% set member = {'members': ref('stays'), 'segment': 'changing'} %}
{% set cases = {
    'entered': dict(member, entered_within_days=7),
    'left': dict(member, left_within_days=7),
    'for a day': dict(member, for_days=1),
    'since': dict(member, since='2026-07-01'),
    'entered the other': dict(member, segment='growing', entered_within_days=7),
} %}
{% for name, case in cases.items() %}
select {{ outhaul.literal(name) }} as name, picked.shopper_id
from (
    {{ outhaul.segment(ref('shoppers'), where=case, key='shopper_id', columns='shopper_id') }}
) as picked
{{ 'union all' if not loop.last }}
{% endfor %}
