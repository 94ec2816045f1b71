{{ outhaul.resolve(ref('person_keys'), key=['origin', 'record_id']) }}
