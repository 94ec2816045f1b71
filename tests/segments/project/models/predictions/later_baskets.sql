select 'a' as customer, 'pot' as item
union all
select 'c' as customer, 'milk' as item
union all
select 'd' as customer, 'tea' as item
union all
select 'e' as customer, 'cup' as item
union all
select 'f' as customer, 'cup' as item
union all
select 'z' as customer, 'tea' as item
