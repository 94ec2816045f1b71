with

people_by_day as (

    select * from {{ ref('people_by_day') }}

),

people as (

    select
        person_id,
        email,
        city
    from people_by_day
    where seen_on_day = {{ env_var('INTEGRATION_TESTS_DAY', '1') }}

)

select * from people
