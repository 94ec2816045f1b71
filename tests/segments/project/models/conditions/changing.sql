select shopper_id from {{ ref('shoppers') }} where shopper_id in ({{ var('changing', '1, 2') }})
