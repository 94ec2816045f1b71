{{ outhaul.duplicate_keys(ref('counted'), key=['ROW_COUNT', 'fault', 'is_null_key']) }}
