{{ outhaul.lift(ref('trial'), key='person_id', group='split_group', control='control', outcomes=['spent', 'is_back'], confidence=0.9) }}
