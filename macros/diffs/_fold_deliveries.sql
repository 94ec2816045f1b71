{#- Write the acknowledged and the doubtful rows of a generation into `d__acknowledged`. -#}
{% macro _fold_deliveries(diff, columns, key, claims) %}
    {% if not outhaul.folds_by_merge() %}
        {% do outhaul._replace_delivered(diff, columns, key, claims) %}
    {% else %}
        {% do outhaul._merge_delivered(diff, columns, key, claims) %}
    {% endif %}
{% endmacro %}

{#- Delete and insert, within the transaction: measured faster than merge. -#}
{% macro _replace_delivered(diff, columns, key, claims) %}
    {#- by the table's own name: not every warehouse takes an alias in a delete -#}
    {% set same_key = outhaul._keys_match(
        diff.acknowledged.include(schema=false, database=false), 'delivered', key
    ) %}
    {% set delivered = outhaul._delivered(diff, claims) %}
    {% if outhaul._fetch('select count(*) from ' ~ diff.acknowledged)[0][0] > 0 %}
        {% do outhaul._execute(
            'update ' ~ diff.acknowledged ~ " set _outhaul_in_doubt = 'removed'"
            ~ ' where exists (select 1 from (' ~ delivered ~ ') as delivered where ' ~ same_key
            ~ " and delivered._outhaul_change = 'removed' and delivered._outhaul_is_in_doubt)"
        ) if claims.claimed > claims.committed or claims.rejected > 0 %}
        {% do outhaul._execute(
            'delete from ' ~ diff.acknowledged ~ ' where exists (select 1 from (' ~ delivered
            ~ ') as delivered where ' ~ same_key
            ~ " and not (delivered._outhaul_change = 'removed' and delivered._outhaul_is_in_doubt))"
        ) %}
    {% endif %}
    {% do outhaul._execute(
        'insert into ' ~ diff.acknowledged ~ ' (' ~ outhaul._columns_list(columns)
        ~ ', _outhaul_in_doubt, _outhaul_acknowledged_at) select '
        ~ outhaul._columns_list(columns, 'delivered')
        ~ ', ' ~ outhaul._delivered_doubt() ~ ', ' ~ outhaul._delivered_at()
        ~ ' from (' ~ delivered ~ ') as delivered'
        ~ " where delivered._outhaul_change <> 'removed'"
    ) %}
{% endmacro %}

{#- One statement, where each is a transaction of its own. -#}
{% macro _merge_delivered(diff, columns, key, claims) %}
    {% set set = [] %}
    {% for column in columns %}
        {% set name = outhaul.quoted(column.name) %}
        {% do set.append(name ~ ' = delivered.' ~ name) %}
    {% endfor %}
    {% do outhaul._execute(
        'merge into ' ~ diff.acknowledged ~ ' as acknowledged using ('
        ~ outhaul._delivered(diff, claims) ~ ') as delivered on '
        ~ outhaul._keys_match('acknowledged', 'delivered', key)
        ~ " when matched and delivered._outhaul_change = 'removed' and delivered._outhaul_is_in_doubt"
        ~ " then update set _outhaul_in_doubt = 'removed'"
        ~ " when matched and delivered._outhaul_change = 'removed' then delete"
        ~ ' when matched then update set ' ~ set | join(', ')
        ~ ', _outhaul_in_doubt = ' ~ outhaul._delivered_doubt()
        ~ ', _outhaul_acknowledged_at = ' ~ outhaul._delivered_at()
        ~ " when not matched and delivered._outhaul_change <> 'removed' then insert ("
        ~ outhaul._columns_list(columns) ~ ', _outhaul_in_doubt, _outhaul_acknowledged_at) values ('
        ~ outhaul._columns_list(columns, 'delivered')
        ~ ', ' ~ outhaul._delivered_doubt() ~ ', ' ~ outhaul._delivered_at() ~ ')'
    ) %}
{% endmacro %}

{#- The change that is in doubt, or none. -#}
{% macro _delivered_doubt() %}
    {{ return('case when delivered._outhaul_is_in_doubt then delivered._outhaul_change end') }}
{% endmacro %}

{#- When the destination took the row, as far as the ledger knows. -#}
{% macro _delivered_at() %}
    {{ return('case when not delivered._outhaul_is_in_doubt then ' ~ outhaul.now_utc() ~ ' end') }}
{% endmacro %}

{#- The rows of the published generation that changed what the destination may hold. -#}
{% macro _delivered(diff, claims) %}
    {% set in_doubt = 'published._outhaul_seq > ' ~ claims.committed %}
    {% set from_published =
        ' from ' ~ diff.relation ~ ' as published'
    %}
    {% set claimed =
        ' where published._outhaul_generation = ' ~ diff.before.generation
        ~ ' and published._outhaul_seq <= ' ~ claims.claimed
    %}
    {% if claims.rejected == 0 %}
        {{ return('select published.*, ' ~ in_doubt ~ ' as _outhaul_is_in_doubt' ~ from_published ~ claimed) }}
    {% endif %}
    {{ return(
        'select published.*, (' ~ in_doubt ~ ' or rejected.seq is not null) as _outhaul_is_in_doubt'
        ~ from_published
        ~ ' left join (' ~ outhaul._rejected_positions(diff) ~ ') as rejected'
        ~ ' on published._outhaul_seq = rejected.seq' ~ claimed
        ~ ' and (rejected.seq is null or rejected.is_in_doubt)'
    ) }}
{% endmacro %}

{#- One row per rejected position of the published generation. -#}
{% macro _rejected_positions(diff) %}
    {{ return(
        'select seq, max(case when is_in_doubt then 1 else 0 end) = 1 as is_in_doubt from ('
        ~ outhaul._refusals(diff.name) ~ ') as refusals where generation = '
        ~ diff.before.generation ~ ' group by seq'
    ) }}
{% endmacro %}
