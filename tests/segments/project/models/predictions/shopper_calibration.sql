{{ outhaul.calibration(ref('shopper_summary'), ref('known_fit'), key='shopper_id') }}
