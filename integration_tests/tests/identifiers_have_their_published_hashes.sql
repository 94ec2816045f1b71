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

published as (

    select
        '542d240129883c019e106e3b1b2d3f3c'
        || 'b3537c43c425364de8e951d5a3083345' as email,
        'dc008fda46e2e64002cf2f82a4906236'
        || '282d431c4f75e5b60bfe79fc48546383' as phone,
        '6915771be1c5aa0c886870b6951b03d7'
        || 'eafc121fea0e80a5ea83beb7c449f4ec' as first_name

),

agreeing as (

    select hashed.email
    from hashed
    inner join published
        on
            hashed.email = published.email
            and hashed.phone = published.phone
            and hashed.first_name = published.first_name

)

select hashed.*
from hashed
where not exists (select 1 from agreeing)
