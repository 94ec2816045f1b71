{{ config(materialized='diff') }}

select * from {{ source('shop', 'customers') }}
