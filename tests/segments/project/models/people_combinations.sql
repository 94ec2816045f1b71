{{ outhaul.combinations([ref('recent_buyers'), ref('members')], key='shopper_id') }}
