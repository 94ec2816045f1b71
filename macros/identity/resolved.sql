{#- Which records are one person: a row for each record, with the id of its profile.

The model is a call of `outhaul.resolve`. Ids last: `<model>__ids` remembers them, also of
records that are gone, and no build drops it. `<model>__changes` has the merges and splits. -#}
{% materialization resolved, default %}

    -- relations and configuration
    {% set target_relation = this.incorporate(type='table') %}
    {% set run = outhaul._resolution(target_relation) %}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    -- who belongs together
    {% do outhaul._read_keys(run, sql) %}
    {% do outhaul._join_records(run) %}

    -- under which id
    {% do outhaul._keep_ids(run) %}
    {% if not outhaul._sees_only_a_part() %}
        {% do outhaul._note_changes(run) %}
        {% do outhaul._remember_ids(run) %}
    {% endif %}
    {% do outhaul._publish_profiles(run) %}
    {% do outhaul._drop_tables(run, run.tables.keys() | list) %}

    {% do apply_grants(target_relation, config.get('grants'), should_revoke=true) %}
    {% do persist_docs(target_relation, model) %}

    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {% do outhaul.end_transaction(is_done=true) %}
    {{ run_hooks(post_hooks, inside_transaction=False) }}

    {{ return({'relations': [target_relation, run.ids, run.changes]}) }}

{% endmaterialization %}

{#- What a build of such a model goes by. `tables`: its work tables, by name. -#}
{% macro _resolution(relation) %}
    {% set meta = (config.get('meta') or {}).get('outhaul') or {} %}
    {% set plan = {'problems': []} %}
    {% do outhaul._check_keys(plan, meta, ['max_rounds', 'parent', 'report'], 'meta.outhaul') %}
    {% set max_rounds = meta.get('max_rounds', 30) %}
    {% if max_rounds is not integer or max_rounds is boolean or max_rounds < 1 %}
        {% do plan.problems.append(
            'meta.outhaul.max_rounds: wants a whole number from 1 on, not ' ~ outhaul._shown(max_rounds)
        ) %}
    {% endif %}
    {% if plan.problems %}
        {% do outhaul._refuse_call('resolve', plan.problems | join('; ')) %}
    {% endif %}
    {{ return({
        'relation': relation,
        'ids': outhaul._beside(relation, '__ids'),
        'changes': outhaul._beside(relation, '__changes'),
        'max_rounds': max_rounds,
        'marker': modules.re.sub('[^0-9a-z]', '', invocation_id),
        'tables': {},
    }) }}
{% endmacro %}

{#- Run the model's query, once; find the columns of the record's key, and check it. -#}
{% macro _read_keys(run, sql) %}
    {% do run.tables.update({'keys': outhaul.work_relation(run.relation, 'keys', run.marker)}) %}
    {% do outhaul._execute(outhaul.create_model_work_table(run.tables['keys'], sql), 'outhaul_model') %}
    {% set columns = outhaul.columns_of(run.tables['keys']) | map(attribute='name') | list %}
    {% set own = ['_outhaul_record', 'rule', 'identity_key', 'is_conflict'] %}
    {% set record = [] %}
    {% for name in columns if name | lower not in own %}
        {% do record.append(outhaul.column_name(name)) %}
    {% endfor %}
    {% if not record or record | length + 4 != columns | length %}
        {% do outhaul._refuse_call('resolve', 'a model that is resolved must be the query of outhaul.resolve, and nothing else') %}
    {% endif %}
    {% do run.update({'record': record}) %}
    {% set missing = outhaul._fetch(
        'select count(*) from ' ~ run.tables['keys'] ~ ' where _outhaul_record is null'
    )[0][0] %}
    {% if missing > 0 %}
        {% do outhaul._drop_tables(run, ['keys']) %}
        {% do outhaul._refuse_call('resolve',
            missing ~ ' rows have no key: null in ' ~ record | join(' or ')
        ) %}
    {% endif %}
{% endmacro %}

{#- Put the records in place, each with its profile. -#}
{% macro _publish_profiles(run) %}
    {% set query -%}
        select distinct
            {% for column in run.record %}given.{{ column }}, {% endfor -%}
            placed.profile_id
        from {{ run.tables['keys'] }} as given
        inner join {{ run.tables['placed'] }} as placed on placed.record = given._outhaul_record
    {%- endset %}
    {% do outhaul.replace_table(run.relation, query, 'main') %}
    {% do log(
        'outhaul: ' ~ model.name ~ ': ' ~ outhaul._count_rows(run, 'labels') ~ ' records, '
        ~ outhaul._count_rows(run, 'profiles') ~ ' profiles, in ' ~ run.rounds ~ ' rounds',
        info=true
    ) %}
{% endmacro %}
