-- One moment in every type of time; the last row is midnight, as_of itself.
select 1 as id, cast('2026-06-01 00:00:00' as timestamp) as at_time,
    cast('2026-06-01' as date) as on_day,
    cast('2026-06-01 00:00:00+00:00' as timestamp with time zone) as at_zone
union all
select 2, cast('2026-06-01 00:00:01' as timestamp), cast('2026-06-02' as date),
    cast('2026-06-01 00:00:01+00:00' as timestamp with time zone)
union all
select 3, cast('2026-06-30 23:30:00' as timestamp), cast('2026-06-30' as date),
    cast('2026-06-30 23:30:00+00:00' as timestamp with time zone)
union all
select 4, cast('2026-07-01 00:00:00' as timestamp), cast('2026-07-01' as date),
    cast('2026-07-01 00:00:00+00:00' as timestamp with time zone)
union all
select 5, cast('2026-07-01 00:00:01' as timestamp), cast('2026-07-02' as date),
    cast('2026-07-01 00:00:01+00:00' as timestamp with time zone)
union all
select 6, null, null, null
