{{ outhaul.identity_keys(
    ref('person_records'),
    key=['origin', 'record_id'],
    identifiers={
        'e-mail': {
            'column': 'email',
            'clean': ['email', 'without_plus'],
            'ignore': 'none@example.com',
        },
        'phone': {'column': 'phone', 'clean': {'phone': {'column': 'country'}}},
        'last name': {'column': 'last_name', 'clean': ['trim', 'lower']},
    },
    rules={
        'e-mail': 'e-mail',
        'phone and last name': ['phone', 'last name'],
    },
    conflict_limit=10,
) }}
