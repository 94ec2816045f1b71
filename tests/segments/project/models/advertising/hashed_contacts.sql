select
    place,
    {% for network in ['google', 'meta', 'reddit', 'pinterest'] %}
        {{ outhaul.hashed_email('email', network=network) }} as email__{{ network }},
    {% endfor %}
    {% for network in ['tiktok', 'meta'] %}
        {{ outhaul.hashed_phone('phone', network=network, country='DE') }} as phone__{{ network }},
    {% endfor %}
    {% for network in ['google', 'meta'] %}
        {{ outhaul.hashed_name('name', network=network) }} as last_name__{{ network }},
    {% endfor %}
    {% for network in ['meta', 'pinterest'] %}
        {{ outhaul.hashed_postal_code('postal_code', network=network) }} as postal_code__{{ network }},
        {{ outhaul.hashed_identifier('city', kind='city', network=network) }} as city__{{ network }},
    {% endfor %}
    {% for kind in ['state', 'country', 'gender'] %}
        {{ outhaul.hashed_identifier(kind, kind=kind, network='meta') }} as {{ kind }}__meta,
    {% endfor %}
    {{ outhaul.hashed_identifier('born_on', kind='birth_date', network='meta') }} as birth_date__meta,
    {{ outhaul.hashed_identifier('device', kind='mobile_ad_id', network='tiktok') }} as mobile_ad_id__tiktok,
    {{ outhaul.hashed_phone('phone', network='x') }} as bare_phone__x,
    {{ outhaul.member_id(['state', 'gender']) }} as member_id
from {{ ref('contacts') }}
