{{ outhaul.overlap([ref('recent_buyers'), ref('members')], key='shopper_id') }}
