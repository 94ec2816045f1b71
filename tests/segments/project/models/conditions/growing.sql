select shopper_id from {{ ref('shoppers') }} where shopper_id in ({{ var('growing', '0') }})
