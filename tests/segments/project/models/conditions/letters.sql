select 'x' as a
union all
select 'y'
union all
select 'y'
