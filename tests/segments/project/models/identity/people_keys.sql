{{ outhaul.identity_keys(
    ref('people'),
    key=['source', 'record_id'],
    identifiers={
        'name': {'column': 'name', 'clean': ['trim', 'lower']},
        'email': {
            'column': 'email',
            'clean': ['email', 'without_plus', 'without_dots'],
            'ignore': 'unknown@example.com',
        },
        'address': {'column': 'email', 'clean': 'email', 'ignore': 'unknown@example.com'},
        'phone': {'column': 'phone', 'clean': {'phone': {'column': 'country'}}},
    },
    rules={
        'address': {'all': 'address', 'conflict_limit': 2},
        'phone': 'phone',
        'name and email': ['name', 'email'],
    },
    conflict_limit=10,
) }}
