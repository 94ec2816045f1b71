{#- A query of the rows of `outhaul_rejections` that still count for an activation.

`outhaul adopt` makes the refusals void that its generation had until then: their rows
count as delivered. A join, since not every warehouse compares moments in a correlated
subquery. -#}
{% macro _refusals(name) -%}
    {%- set of_this = 'activation = ' ~ outhaul.literal(name) -%}
            select rejections.*
            from {{ outhaul.ledger_relation('outhaul_rejections') }} as rejections
            left join (
                select
                    generation,
                    max(recorded_at) as adopted_at
                from {{ outhaul.ledger_relation('outhaul_controls') }}
                where {{ of_this }} and action = 'adopt'
                group by generation
            ) as adoptions
                on rejections.generation = adoptions.generation
            where
                rejections.{{ of_this }}
                and (adoptions.adopted_at is null or adoptions.adopted_at < rejections.recorded_at)
{%- endmacro %}
