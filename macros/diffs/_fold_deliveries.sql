{#- Write the acknowledged and the doubtful rows of a generation into `d__acknowledged`. -#}
{% macro _fold_deliveries(diff, columns, key, claims) %}
    {{ return(adapter.dispatch('_fold_deliveries', 'outhaul')(diff, columns, key, claims)) }}
{% endmacro %}

{#- Delete and insert, within the transaction: measured faster than merge. -#}
{% macro default___fold_deliveries(diff, columns, key, claims) %}
    {% set same_key = outhaul._keys_match('acknowledged', 'delivered', key) %}
    {% set delivered = outhaul._delivered(diff, claims) %}
    {% if outhaul._fetch('select count(*) from ' ~ diff.acknowledged)[0][0] > 0 %}
        {% do outhaul._execute(
            'update ' ~ diff.acknowledged ~ " as acknowledged set _outhaul_in_doubt = 'removed'"
            ~ ' where exists (select 1 from (' ~ delivered ~ ') as delivered where ' ~ same_key
            ~ " and delivered._outhaul_change = 'removed' and delivered._outhaul_is_in_doubt)"
        ) if claims.claimed > claims.committed or claims.rejected > 0 %}
        {% do outhaul._execute(
            'delete from ' ~ diff.acknowledged ~ ' as acknowledged'
            ~ ' where exists (select 1 from (' ~ delivered ~ ') as delivered where ' ~ same_key
            ~ " and not (delivered._outhaul_change = 'removed' and delivered._outhaul_is_in_doubt))"
        ) %}
    {% endif %}
    {% do outhaul._execute(
        'insert into ' ~ diff.acknowledged ~ ' (' ~ outhaul._columns_list(columns)
        ~ ', _outhaul_in_doubt, _outhaul_acknowledged_at) select '
        ~ outhaul._columns_list(columns, 'delivered')
        ~ ', case when delivered._outhaul_is_in_doubt then delivered._outhaul_change end'
        ~ ', case when not delivered._outhaul_is_in_doubt then ' ~ outhaul.now_utc() ~ ' end'
        ~ ' from (' ~ delivered ~ ') as delivered'
        ~ " where delivered._outhaul_change <> 'removed'"
    ) %}
{% endmacro %}

{#- One statement, which a crash cannot divide. -#}
{% macro bigquery___fold_deliveries(diff, columns, key, claims) %}
    {% set set_values = [] %}
    {% for column in columns %}
        {% set name = outhaul.quoted(column.name) %}
        {% do set_values.append(name ~ ' = delivered.' ~ name) %}
    {% endfor %}
    {% set doubt = 'case when delivered._outhaul_is_in_doubt then delivered._outhaul_change end' %}
    {% set acknowledged_at = 'case when not delivered._outhaul_is_in_doubt then ' ~ outhaul.now_utc() ~ ' end' %}
    {% do outhaul._execute(
        'merge into ' ~ diff.acknowledged ~ ' as acknowledged using ('
        ~ outhaul._delivered(diff, claims) ~ ') as delivered on '
        ~ outhaul._keys_match('acknowledged', 'delivered', key)
        ~ " when matched and delivered._outhaul_change = 'removed' and delivered._outhaul_is_in_doubt"
        ~ " then update set _outhaul_in_doubt = 'removed'"
        ~ " when matched and delivered._outhaul_change = 'removed' then delete"
        ~ ' when matched then update set ' ~ set_values | join(', ')
        ~ ', _outhaul_in_doubt = ' ~ doubt ~ ', _outhaul_acknowledged_at = ' ~ acknowledged_at
        ~ " when not matched and delivered._outhaul_change <> 'removed' then insert ("
        ~ outhaul._columns_list(columns) ~ ', _outhaul_in_doubt, _outhaul_acknowledged_at) values ('
        ~ outhaul._columns_list(columns, 'delivered') ~ ', ' ~ doubt ~ ', ' ~ acknowledged_at ~ ')'
    ) %}
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
        'select seq, max(case when is_in_doubt then 1 else 0 end) = 1 as is_in_doubt from '
        ~ outhaul.ledger_relation('outhaul_rejections') ~ ' where ' ~ outhaul._this_generation(diff)
        ~ ' group by seq'
    ) }}
{% endmacro %}
