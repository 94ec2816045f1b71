{{ outhaul.segment(
    ref('people'),
    key='person_id',
    where={'column': 'city', 'equals': 'Rome'},
) }}
