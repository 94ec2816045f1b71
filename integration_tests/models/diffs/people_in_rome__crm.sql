select
    person_id,
    {{ outhaul.normalized_email('email') }} as email
from {{ ref('people_in_rome') }}
