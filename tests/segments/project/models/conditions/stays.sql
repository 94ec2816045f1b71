{{ config(materialized='membership', meta={'outhaul': {'keep_days': 30}}) }}
{{ outhaul.membership([ref('changing'), ref('growing')], key='shopper_id') }}
