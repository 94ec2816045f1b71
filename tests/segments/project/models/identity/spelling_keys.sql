{{ outhaul.identity_keys(
    ref('both_spellings'),
    key=['kind', 'place', 'side'],
    identifiers={
        'phone': {'column': 'spelling', 'clean': [{'phone': {'column': 'country'}}]},
        'german phone': {'column': 'spelling', 'clean': {'phone': 'DE'}},
        'email': {'column': 'spelling', 'clean': 'email'},
        'without plus': {'column': 'spelling', 'clean': ['email', 'without_plus']},
        'gmail': {'column': 'spelling', 'clean': ['email', {'without_dots': ['gmail.com']}]},
        'name': {'column': 'spelling', 'clean': ['trim', 'lower']},
        'digits': {'column': 'spelling', 'clean': 'digits'},
        'as it is': {'column': 'spelling', 'ignore': ['n/a', 'unknown']},
    },
    rules={
        'phone': 'phone', 'german phone': 'german phone', 'email': 'email',
        'without plus': 'without plus', 'gmail': 'gmail', 'name': 'name', 'digits': 'digits',
        'as it is': 'as it is',
    },
) }}
