select * from {{ ref('shoppers') }} where is_member
