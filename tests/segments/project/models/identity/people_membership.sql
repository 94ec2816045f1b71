{{ outhaul.profiles(
    ref('people'), ref('people_lookup'), key=['source', 'record_id'],
    time='seen_at', fields={'is_member': 'most_recent'},
) }}
