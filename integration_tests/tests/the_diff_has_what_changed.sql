with

expected as (

    select
        person_id,
        expected_change as change_kind
    from {{ ref('expected_changes') }}
    where seen_on_day = {{ env_var('INTEGRATION_TESTS_DAY', '1') }}

),

found as (

    select
        person_id,
        _outhaul_change as change_kind
    from {{ ref('people_in_rome__crm') }}

),

differing as (

    select
        expected.person_id as expected_id,
        expected.change_kind as expected_change,
        found.person_id as found_id,
        found.change_kind as found_change
    from expected
    full outer join found
        on
            expected.person_id = found.person_id
            and expected.change_kind = found.change_kind
    where expected.person_id is null or found.person_id is null

)

select * from differing
