{{ config(materialized='resolved') }}

{{ outhaul.resolve(ref('people_keys'), key=['source', 'record_id']) }}
