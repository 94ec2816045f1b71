select kind, place, 'given' as side, given as spelling, country from {{ ref('spellings') }}
union all
select kind, place, 'expected' as side, expected as spelling, country from {{ ref('spellings') }}
