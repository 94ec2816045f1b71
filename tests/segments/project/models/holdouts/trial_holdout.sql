{{ config(materialized='incremental', full_refresh=false) }}
{{ outhaul.stratified_holdout(
    ref('trial'), key='person_id', salt='spring', share=0.2, by='country', log=this if is_incremental() else none,
) }}
