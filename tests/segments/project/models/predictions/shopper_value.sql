{{ outhaul.expected_value(ref('shopper_summary'), ref('known_fit'), key='shopper_id') }}
