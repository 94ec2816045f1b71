{{ config(materialized='fitted', meta={'outhaul': {'min_customers': 1, 'max_rounds': 1}}) }}

{{ outhaul.fit_purchases(ref('shopper_summary')) }}
