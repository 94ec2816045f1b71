{{ outhaul.unresolved(ref('people_keys'), key=['source', 'record_id']) }}
