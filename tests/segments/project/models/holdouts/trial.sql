-- Forty people of three groups: what they spent, and whether they came back.
{% for id in range(1, 41) %}
{% set group = 'control' if id % 4 == 0 else ('mail' if id % 2 else 'call') %}
{% set spent = (id * 7) % 11 + (3 if group == 'mail' else 0) %}
select {{ id }} as person_id, {{ "'" ~ group ~ "'" if id != 39 else 'null' }} as split_group,
    {{ 'cast(null as integer)' if id == 5 else spent }} as spent, {{ 'true' if id % 3 == 0 or group == 'mail' else 'false' }} as is_back,
    '{{ 'DE' if id <= 7 else 'FR' }}' as country
{{ 'union all' if not loop.last }}
{% endfor %}
