{#- A test that a model of `calibration` predicts the purchases of the hold-out period, in all. -#}
{% test calibrated(model, max_error=0.2) %}

    select *
    from (
        select
            sum(predicted_purchases) as predicted,
            coalesce(sum(actual_purchases), 0) as actual
        from {{ model }}
    ) as compared
    where actual = 0 or abs(predicted - actual) > actual * {{ max_error }}

{% endtest %}
