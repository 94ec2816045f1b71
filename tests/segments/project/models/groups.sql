select shopper_id, {{ outhaul.split('shopper_id', salt='autumn', shares={'control': 0.25, 'treated': 0.75}) }} as split_group
from {{ ref('shoppers') }}
