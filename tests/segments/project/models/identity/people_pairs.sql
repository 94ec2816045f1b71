{{ outhaul.matched_pairs(ref('people_keys'), key=['source', 'record_id']) }}
