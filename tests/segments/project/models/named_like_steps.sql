select shopper_id, 1 as _outhaul_key_1 from {{ ref('shoppers') }}
