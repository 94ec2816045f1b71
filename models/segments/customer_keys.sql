{{ outhaul.key_report(ref('customers'), key='customer_id') }}
