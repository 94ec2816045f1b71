{{ outhaul.profiles(
    ref('people'),
    ref('people_lookup'),
    key=['source', 'record_id'],
    time='seen_at',
    source='source',
    priority=['shop', 'news'],
    fields={
        'email': 'most_recent',
        'country': 'most_frequent',
        'name': 'longest',
        'phone': 'source_priority',
        'phone_in_news': {'column': 'phone', 'by': 'source_priority', 'priority': ['news']},
        'last_seen_at': {'column': 'seen_at', 'by': 'most_recent'},
    },
) }}
