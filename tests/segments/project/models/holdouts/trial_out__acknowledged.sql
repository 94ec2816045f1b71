-- As a diff keeps it: the first thirty but of the control group, of which one was sent all the same.
select person_id, case when person_id = 3 then 'inserted' end as _outhaul_in_doubt
from {{ ref('trial') }}
where person_id <= 30 and (split_group <> 'control' or person_id = 8)
