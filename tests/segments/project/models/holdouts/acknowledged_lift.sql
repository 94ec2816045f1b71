{{ outhaul.lift(
    ref('trial'), key='person_id', group='split_group', control='control', outcomes='spent', acknowledged=ref('trial_out'),
) }}
