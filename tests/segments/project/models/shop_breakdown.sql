{{ outhaul.breakdown(ref('purchases'), 'status', top=1) }}
