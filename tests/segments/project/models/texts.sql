select 1 as id, 'plain' as {{ outhaul.quoted('text') }}, true as flag, 1.5 as number
union all
select 2, {{ outhaul.literal("it's") }}, false, -2
union all
select 3, {{ outhaul.literal('100% \\ sure') }}, null, 0
union all
select 4, null, null, null
union all
select 5, {{ outhaul.literal("' or 1=1 --") }}, true, 3
union all
select 6, 'A_c', false, 3
