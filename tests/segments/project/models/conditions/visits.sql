-- Baskets and orders of shoppers; as_of is 2026-07-01.
{% set visits = [
    [1, 'basket', 10, '2026-06-20 10:00:00', 50],
    [1, 'order', 10, '2026-06-22 10:00:00', 40],
    [2, 'basket', 20, '2026-06-20 10:00:00', 20],
    [2, 'order', 20, '2026-06-23 10:00:01', 20],
    [3, 'basket', 30, '2026-06-29 10:00:00', 30],
    [4, 'order', 40, '2026-06-10 00:00:00', 10],
    [4, 'basket', 41, '2026-06-10 00:00:00', 10],
    [5, 'basket', 50, '2026-06-01 12:00:00', 10],
    [5, 'order', 51, '2026-06-01 12:00:01', 15],
    [6, 'basket', 60, '2026-06-27 23:59:59', 10],
] %}
{% for shopper_id, kind, basket, at_time, amount in visits %}
select
    {{ shopper_id }} as shopper_id, '{{ kind }}' as kind, {{ basket }} as basket, {{ amount }} as amount,
    cast('{{ at_time }}' as timestamp) as at_time, cast('{{ at_time[:10] }}' as date) as on_day
{{ 'union all' if not loop.last }}
{% endfor %}
