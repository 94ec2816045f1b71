"""The page: sound, self-contained, escaped, and the same for much and for nothing."""

from __future__ import annotations

import re
import time

import pytest

from outhaul.report.data import Combination, Combinations, Counts, Delivery
from outhaul.report.page import render
from tests.report import samples
from tests.report.markup import Page

EVERY = pytest.mark.parametrize("name", samples.ALL)


@pytest.fixture(scope="module")
def pages() -> dict[str, Page]:
    return {name: Page(render(make())) for name, make in samples.ALL.items()}


@EVERY
def test_the_markup_is_sound(pages: dict[str, Page], name: str) -> None:
    assert pages[name].problems == []


@pytest.mark.parametrize(
    "text", ["<p><b></p>", "<p id=a></p><p id=a></p>", "<p>", "<i a=1 a=2></i>"]
)
def test_markup_that_is_unsound_is_noticed(text: str) -> None:
    assert Page(text).problems


@EVERY
def test_nothing_outside_the_page_is_referred_to(
    pages: dict[str, Page], name: str
) -> None:
    page = pages[name]
    assert page.references == []
    assert page.all("script") == page.all("link") == page.all("img") == []
    assert not re.search(r"https?://", page.source)
    policy = [each["content"] for each in page.all("meta") if "http-equiv" in each]
    assert policy == ["default-src 'none'; style-src 'unsafe-inline'"]


@pytest.mark.parametrize(
    "text",
    ["<img src='x.png'>", "<style>@import 'x.css';</style>", "<p style='url(x)'></p>"],
)
def test_a_reference_to_the_outside_is_noticed(text: str) -> None:
    assert Page(text).references


@EVERY
def test_references_within_the_page_lead_somewhere(
    pages: dict[str, Page], name: str
) -> None:
    page = pages[name]
    ids = {each["id"] for _, each in page.elements if "id" in each}
    wanted = set(re.findall(r"(?:url\(|href=\")#([\w-]+)", page.source))
    labels = {each["aria-labelledby"] for each in page.all("section")}
    assert wanted | labels <= ids


@EVERY
def test_drawings_and_tables_say_what_they_are(
    pages: dict[str, Page], name: str
) -> None:
    page = pages[name]
    assert all(each["role"] == "img" and each["aria-label"] for each in page.all("svg"))
    assert len(page.all("table")) == len(page.all("caption"))
    assert all(each["scope"] in ("col", "row") for each in page.all("th"))
    assert all(
        each["tabindex"] == "0" and each["aria-label"]
        for each in page.all("div")
        if each.get("class") == "scroll"
    )
    assert page.all("html") == [{"lang": "en"}]
    assert len(page.all("h1")) == 1


def test_every_part_is_on_the_page(pages: dict[str, Page]) -> None:
    text = pages["ordinary"].text
    for shown in (
        "harbour_goods: segments and delivery",
        "614 rows , -6 since the build before",
        "103 rows",
        "unusual",
        "by_country 100 rows",
        "(missing)",
        "other (4 values)",
        "+30 ~12 -3",
        "unfinished",
        "bad_email",
        "by_city : it is not built in this target.",
        "the segment is empty",
    ):
        assert shown in text, shown


def test_people_and_messages_are_not_on_the_page(pages: dict[str, Page]) -> None:
    text = pages["ordinary"].text
    assert "paused" in text
    assert not re.search("dana|not shown", text)


def test_names_are_text_whatever_they_hold(pages: dict[str, Page]) -> None:
    page = pages["hostile"]
    assert "<img" not in page.source
    assert "{{ 7 * 7 }}" in page.text and "$x^2$" in page.text
    for name in (samples.ARABIC, samples.HEBREW, samples.JAPANESE):
        assert name in page.text
    assert "a\ufffdb\ufffdc\ufffdd" in page.text
    assert not re.search("[\u202e\x00]", page.source)
    page.source.encode("utf-8")


def test_huge_counts_are_told_in_full(pages: dict[str, Page]) -> None:
    assert f"{samples.HUGE:,}" in pages["hostile"].text


def test_an_empty_project_says_so(pages: dict[str, Page]) -> None:
    text = pages["nothing"].text
    for shown in ("No build is recorded", "No activation is built", "No sync has run"):
        assert shown in text
    assert pages["nothing"].all("svg") == []


def test_much_is_cut_to_what_can_be_read(pages: dict[str, Page]) -> None:
    page = pages["crowded"]
    assert "Charts of the 24 largest of 200." in page.text
    assert "The 24 largest of 2,000 sets" in page.text
    assert len(page.source) < 4_000_000


def test_a_crowded_page_is_drawn_in_seconds() -> None:
    started = time.process_time()
    render(samples.crowded())
    assert time.process_time() - started < 20


@pytest.mark.parametrize("rows", [[0], [5], [0, 0], [1, 10**18], [3] * 100])
def test_any_history_can_be_drawn(rows: list[int]) -> None:
    delivery = Delivery(sizes=(samples.sizes("a", "b", rows),))
    page = Page(render(samples.report(delivery)))
    assert page.problems == [] and len(page.all("svg")) == 1


def test_models_without_a_row_say_so() -> None:
    counts = Counts(combinations=(Combinations("empty_model", (), {}, False),))
    assert "The model has no row." in Page(render(samples.report(counts=counts))).text


def test_a_set_without_keys_can_be_drawn() -> None:
    model = Combinations("m", (Combination(("a", "b"), 0),), {"a": 0, "b": 0}, False)
    page = Page(render(samples.report(counts=Counts(combinations=(model,)))))
    assert page.problems == [] and len(page.all("svg")) == 1
