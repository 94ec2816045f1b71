{{ outhaul.duplicate_keys(ref('purchases'), key='shopper_id') }}
