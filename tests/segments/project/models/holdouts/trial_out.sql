select person_id from {{ ref('trial_out__acknowledged') }}
