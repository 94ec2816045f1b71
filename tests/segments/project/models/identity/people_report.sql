{{ outhaul.identity_report(ref('people_keys'), ref('people_lookup')) }}
