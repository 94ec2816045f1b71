select 1 as id, 'a' as word, 'x' as a, 'x' as b, 3 as low, 3 as high
union all
select 2, '', 'u', 'v', 1, 2
union all
select 3, '  ', 'y', 'a', 2, 1
union all
select 4, null, null, 'a', null, 1
