{{ outhaul.breakdown(ref('newsletter_customers'), 'country', top=5) }}
