{{ outhaul.profiles(
    ref('person_records'),
    ref('person_lookup'),
    key=['origin', 'record_id'],
    time='seen_at',
    source='origin',
    priority=['shop', 'newsletter', 'web'],
    fields={
        'email': 'source_priority',
        'phone': 'most_recent',
        'first_name': 'longest',
        'last_name': 'longest',
        'country': 'most_frequent',
        'last_seen_at': {'column': 'seen_at', 'by': 'most_recent'},
    },
) }}
