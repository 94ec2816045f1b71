{{ outhaul.key_report(ref('purchases'), key='shopper_id') }}
