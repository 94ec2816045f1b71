{#- What changed in a segment since its destination last acknowledged it.

The steps are those of docs/ledger.md: each is a macro in a file of its own.
Where the warehouse has transactions for DDL, all of it is one transaction. -#}
{% materialization diff, default %}

    -- relations and configuration
    {% set target_relation = this.incorporate(type='table') %}
    {% set diff = outhaul._diff_configuration(target_relation) %}
    {% set original_tag = outhaul.tag_statements(diff.name) %}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {% if outhaul._sees_only_a_part() %}
        -- an empty run is not an empty segment, nor is a sample
        {% do outhaul._build_nothing(diff, sql) %}
    {% else %}
        {% set is_ours = outhaul._take_lease(diff) %}
        {% if is_ours and diff.before.retirement == 'keep' %}
            {% do outhaul._leave_retired(diff) %}
        {% elif is_ours %}
            -- what the destination holds
            {% do outhaul._move_state(diff) %}
            {% do outhaul._check_ledger(diff) %}
            {% do outhaul._fold(diff) %}
            {% do outhaul._warn_of_changes(diff) %}
            {% do outhaul.end_transaction() %}
            {% do outhaul._apply_resync(diff) %}

            -- what it should hold
            {% do outhaul._run_model(diff, sql) %}
            {% do outhaul._adopt_columns(diff) %}
            {% do outhaul._set_aside(diff) %}
            {% do outhaul._empty_segment(diff) if diff.before.retirement == 'remove' %}

            -- the difference
            {% do outhaul._compare(diff) %}
            {% do outhaul._hold_rejected(diff) %}
            {% do outhaul._guard(diff) %}
            {% do outhaul._publish(diff) %}
            {% do outhaul._drop_work_tables(diff) %}
        {% else %}
            {% do outhaul._leave_as_it_is(diff) %}
        {% endif %}
    {% endif %}

    {#- what is acknowledged is for builds alone -#}
    {% for relation in [target_relation, diff.rejected] %}
        {% if load_cached_relation(relation) is not none %}
            {% do apply_grants(relation, config.get('grants'), should_revoke=true) %}
        {% endif %}
    {% endfor %}
    {% do persist_docs(target_relation, model) %}

    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {% do outhaul.end_transaction(is_done=true) %}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {% do outhaul.untag_statements(original_tag) %}

    {{ return({'relations': [target_relation, diff.acknowledged, diff.rejected]}) }}

{% endmaterialization %}
