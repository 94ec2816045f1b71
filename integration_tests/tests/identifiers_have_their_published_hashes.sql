with

given as (

    select
        'Person@Example.com' as email,
        '+44 844 412 4653' as phone,
        ' Mary ' as first_name

),

hashed as (

    select
        {{ outhaul.hashed_email('email', network='snapchat') }} as email,
        {{ outhaul.hashed_phone('phone', network='snapchat') }} as phone,
        {{ outhaul.hashed_name('first_name', network='meta') }} as first_name
    from given

),

differing as (

    select *
    from hashed
    where coalesce(email, '') <> '542d240129883c019e106e3b1b2d3f3cb3537c43c425364de8e951d5a3083345'
        or coalesce(phone, '') <> 'dc008fda46e2e64002cf2f82a4906236282d431c4f75e5b60bfe79fc48546383'
        or coalesce(first_name, '') <> '6915771be1c5aa0c886870b6951b03d7eafc121fea0e80a5ea83beb7c449f4ec'

)

select * from differing
