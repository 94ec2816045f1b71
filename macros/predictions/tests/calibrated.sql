{#- A test that a model of `calibration` predicts the purchases of the hold-out period, in all. -#}
{% test calibrated(model, max_error=0.2) %}

    select
        sum(predicted_purchases) as predicted_purchases,
        sum(actual_purchases) as actual_purchases
    from {{ model }}
    having
        coalesce(sum(actual_purchases), 0) = 0
        or abs(sum(predicted_purchases) / nullif(sum(actual_purchases), 0) - 1) > {{ max_error }}

{% endtest %}
