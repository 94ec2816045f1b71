-- The published parameters of CDNOW.
select
    {{ outhaul.now_utc() }} as fitted_at
    {%- for name, type in outhaul._fit_columns().items() %},
    cast({{ {
        'r': 0.243, 'alpha': 4.414, 'a': 0.793, 'b': 2.426, 'p': 6.25, 'q': 3.74, 'v': 15.45, 'holdout_days': 20,
    }.get(name, 'null') if name != 'fitted_to' else 'fitted_to' }} as {{ type }}) as {{ name }}
    {%- endfor %}
from (select 'everything' as fitted_to union all select 'calibration') as fits
