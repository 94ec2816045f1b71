{{ outhaul.overlap([ref('rock_fans'), ref('big_spenders'), ref('late_buyers')], key='customer_id') }}
