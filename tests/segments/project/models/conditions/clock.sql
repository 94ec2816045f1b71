{{ config(materialized='view') }}
-- Now, by the warehouse's clock.
select 1 as id, {{ outhaul.now_utc() }} as at_time, cast({{ outhaul.now_utc() }} as date) as on_day
