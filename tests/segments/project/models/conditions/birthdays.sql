select 1 as id, cast('2000-02-29' as date) as born_on
union all
select 2, cast('2001-02-28' as date)
union all
select 3, cast('1999-03-01' as date)
union all
select 4, cast('1990-12-31' as date)
union all
select 5, cast('1985-01-01' as date)
union all
select 6, null
