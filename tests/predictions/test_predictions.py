"""Fits to invented purchases, whose parameters are known, and what is refused."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace

import pytest

from tests.predictions.reference import CDNOW, Parameters, invented
from tests.segments.segment_project import SegmentProject
from tests.warehouses.choice import only_on

# What differs between warehouses is in tests/segments/test_macro_results.py.
pytestmark = only_on("duckdb")

DAYS = 540
SOURCE = """api.Relation.create(
    database=target.database, schema='shop', identifier='invented'
)"""
SUMMARY = f"""{{{{ outhaul.purchase_summary(
    {SOURCE}, key='customer', time='bought_on', value='amount', holdout_days=180,
) }}}}"""
FIT = """{{ config(materialized='fitted', meta={'outhaul': META}) }}
{{ outhaul.fit_purchases(ref('invented_summary')) }}"""
VALUE = """{{ outhaul.expected_value(
    ref('invented_summary'), ref('invented_fit'), key='customer'
) }}"""
# name: what a fit is configured with, and why it is refused
REFUSED = {
    "few": ("{'min_customers': 5000}", ["customers before the hold-out, where 5000"]),
    "strict": (
        "{'max_rounds': 2, 'max_correlation': 0.00001, 'max_holdout_error': 0.00001}",
        [
            "value and frequency correlate: ",
            "no best parameters after 2 rounds",
            "the hold-out had ",
        ],
    ),
    "misspelled": ("{'max_round': 1}", ["unknown 'max_round'; did you mean"]),
    "negative": ("{'max_rounds': 0}", ["max_rounds: wants a whole number from 1 on"]),
}


@dataclass(frozen=True)
class Told:
    """Rows of the summary, parameters found, and what the builds said."""

    summary: Sequence[tuple[int, int, int, float | None]]
    parameters: Parameters
    fits: Sequence[tuple[str, str | None, float, float]]
    fits_after: int
    refusals: dict[str, str]
    predicted: int


@pytest.fixture(scope="module")
def told(built: SegmentProject) -> Iterator[Told]:
    rows = ", ".join(
        f"({customer}, date '2026-07-01' - {DAYS - 1 - day}, {amount:.2f})"
        for customer, day, amount in invented(random.Random(7), 1500, DAYS, CDNOW)
    )
    built.warehouse.run(
        "create table shop.invented (customer integer, bought_on date,"
        f" amount numeric(12, 2)); insert into shop.invented values {rows}"
    )
    built.write_model("invented_summary", SUMMARY)
    built.write_model("invented_fit", FIT.replace("META", "{}"))
    built.write_model("invented_value", VALUE)
    for name, (meta, _) in REFUSED.items():
        built.write_model(f"{name}_fit", FIT.replace("META", meta))
    names = [f"{name}_fit" for name in REFUSED]
    models = ["invented_summary", "invented_fit", "invented_value"]
    result = built.dbt("run", "--select", *models, *names)
    assert result.exception is None
    said = built.messages(result)
    refusals = {
        name: " ".join([said[f"{name}_fit"], *built.warnings]) for name in REFUSED
    }
    columns = "frequency, recency_days, age_days, average_value"
    summary = built.rows("invented_summary", columns)
    numbers = ", ".join(field.name for field in fields(Parameters))
    [found] = built.rows("invented_fit where fitted_to = 'everything'", numbers)
    columns = "fitted_to, refusal, log_likelihood, value_log_likelihood"
    fits = built.rows("invented_fit", columns)
    [(predicted,)] = built.rows("invented_value", "count(*)")
    built.succeed("run", "--full-refresh", "--select", "invented_fit")
    [(after,)] = built.rows("invented_fit", "count(*)")
    parameters = Parameters(*map(float, found))
    yield Told(summary, parameters, fits, after, refusals, predicted)
    for name in (*models, *names):
        (built.folder / "models" / f"{name}.sql").unlink()


def test_a_fit_finds_what_the_purchases_were_invented_with(told: Told) -> None:
    found = told.parameters
    for name in ("r", "alpha", "p", "q", "v"):
        wanted = getattr(CDNOW, name)
        assert getattr(found, name) == pytest.approx(wanted, rel=0.35), name
    # a and b are told apart by many customers only
    leaving = found.a / (found.a + found.b)
    assert leaving == pytest.approx(CDNOW.a / (CDNOW.a + CDNOW.b), rel=0.35)


def test_no_parameters_nearby_are_likelier(told: Told) -> None:
    def likelihoods(at: Parameters) -> tuple[float, float]:
        return (
            sum(at.log_likelihood(x, r / 7, t / 7) for x, r, t, _ in told.summary),
            sum(
                at.value_log_likelihood(x, float(value))
                for x, *_, value in told.summary
                if value
            ),
        )

    best = likelihoods(told.parameters)
    [recorded] = [fit[2:] for fit in told.fits if fit[0] == "everything"]
    assert recorded == pytest.approx(best, rel=1e-5)
    for field in fields(Parameters):
        for factor in (0.98, 1.02):
            value = getattr(told.parameters, field.name) * factor
            other = likelihoods(replace(told.parameters, **{field.name: value}))
            assert sum(other) < sum(best), field.name


def test_a_fit_is_accepted_and_kept_until_it_is_due(told: Told) -> None:
    assert [fit[:2] for fit in told.fits] == [
        ("calibration", None),
        ("everything", None),
    ]
    assert told.fits_after == 2
    assert told.predicted == len(told.summary) > 1400


@pytest.mark.parametrize("name", REFUSED)
def test_a_fit_that_cannot_be_relied_on_is_refused(told: Told, name: str) -> None:
    for reason in REFUSED[name][1]:
        assert reason in told.refusals[name]
