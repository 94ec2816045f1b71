{{ outhaul.identity_report(ref('person_keys'), ref('person_lookup')) }}
