{#- What changed in a segment since its destination last acknowledged it.

The steps are those of docs/ledger.md: each is a macro in a file of its own. Where the
warehouse has transactions for DDL, all of it is one transaction.

They hand on one mapping, `diff`. Who adds which key:

| step | keys |
| --- | --- |
| `_diff_configuration` | `name`, `relation`, `acknowledged`, `rejected`, `existing` (see `_existing`), `key`, `identity`, `prefer`, `append_only`, `max_invalid`, `max_removed`, `refresh_days`, `meta`, `unsuppressed`, `suppression_entries` |
| `_take_lease` | `asked_at`, `before` (the activation's row in the ledger), `claims` (how far its rows were sent), `resync_due`, `resend_due`, `work_tables` and the names of those |
| `_move_state` | `moved` (relations to drop when the diff is published) |
| `_check_ledger` | `found` (what is in its tables), `next_generation` |
| `_know_state` | `state_columns` (those of what is acknowledged) |
| `_run_model` | `columns` (of the select), `identity_is_text`, `is_first` (nothing is acknowledged); `key` and `identity` as the warehouse spells them |
| `_adopt_columns` | `held` (what is acknowledged, in the columns of the select), `adopted`, `renamed`, `rejected_is_kept` |
| `_suppress` | `suppressed_rows`, `suppression` (what each list took off, and by which columns) |
| `_compare` | `suspects_are_judged`, `counts` (rows by change), `segment_rows`, `invalid_rows`, `next_check` |
| `_guard` | `hold`, `hold_reason` |
-#}
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
            {% do outhaul._know_state(diff) %}
            {% do outhaul._fold(diff) %}
            {% do outhaul._warn_of_changes(diff) %}
            {% do outhaul.end_transaction() %}
            {% do outhaul._apply_resync(diff) %}

            -- what it should hold
            {% do outhaul._run_model(diff, sql) %}
            {% do outhaul._adopt_columns(diff) %}
            {% do outhaul._suppress(diff) %}

            -- the difference
            {% do outhaul._compare(diff) %}
            {% do outhaul._report_invalid(diff) %}
            {% do outhaul._forget_rejected(diff) %}
            {% do outhaul._guard(diff) %}
            {% do outhaul._publish(diff) %}
            {% do outhaul._drop_work_tables(diff) %}
        {% else %}
            {% do outhaul._leave_as_it_is(diff) %}
        {% endif %}
    {% endif %}

    {#- what is acknowledged is for builds alone -#}
    {% for which in ['relation', 'rejected'] if outhaul._existing(diff, which) is not none %}
        {% do apply_grants(diff[which], config.get('grants'), should_revoke=true) %}
    {% endfor %}
    {% do persist_docs(target_relation, model) %}

    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {% do outhaul.end_transaction(is_done=true) %}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {% do outhaul.untag_statements(original_tag) %}

    {{ return({'relations': [target_relation, diff.acknowledged, diff.rejected]}) }}

{% endmaterialization %}
