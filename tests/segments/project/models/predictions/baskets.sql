select 'a' as customer, 'tea' as item
union all
select 'a' as customer, 'cup' as item
union all
select 'b' as customer, 'tea' as item
union all
select 'b' as customer, 'cup' as item
union all
select 'c' as customer, 'tea' as item
union all
select 'c' as customer, 'cup' as item
union all
select 'c' as customer, 'pot' as item
union all
select 'd' as customer, 'tea' as item
union all
select 'd' as customer, 'tea' as item
union all
select 'e' as customer, 'pot' as item
union all
select 'e' as customer, 'tea' as item
union all
select 'f' as customer, 'milk' as item
union all
select 'g' as customer, 'rice' as item
union all
select 'h' as customer, 'rice' as item
union all
select 'i' as customer, 'rice' as item
union all
select 'j' as customer, 'rice' as item
