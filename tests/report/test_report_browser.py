"""The page in a real browser: it loads alone, fits a phone, and has two colourings."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import Any

import pytest

from outhaul.report.page import render
from tests.report import samples
from tests.report.browser import Browser, find_browser, framed

PHONE = 360
BAD = "<!DOCTYPE html><title>x</title><body>"
PICTURE = "<img src='http://127.0.0.1:9/x.png'>"


@pytest.fixture(scope="module")
def browser() -> Browser:
    return find_browser()


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder: Path = tmp_path_factory.mktemp("pages")
    found = {}
    for name, make in samples.ALL.items():
        found[name] = folder / f"{name}.html"
        found[name].write_text(render(make()), "utf-8")
    return found


def measured(browser: Browser, page: str, folder: Path) -> dict[str, Any]:
    """What a frame as wide as a phone says of the page in it."""
    file = folder / "frame.html"
    file.write_text(framed(page, PHONE, 800), "utf-8")
    document, _ = browser.dump(file)
    found = re.search(r'<output id="found">(.+?)</output>', document, re.DOTALL)
    assert found, "the frame measured nothing"
    result: dict[str, Any] = json.loads(html.unescape(found[1]))
    return result


@pytest.mark.parametrize("name", samples.ALL)
def test_the_page_opens_from_a_file_without_a_complaint(
    browser: Browser, files: dict[str, Path], name: str
) -> None:
    document, said = browser.dump(files[name])
    assert "Rejections by reason" in document and document.rstrip().endswith("</html>")
    assert said == []


def test_a_complaint_of_the_console_is_noticed(
    browser: Browser, tmp_path: Path
) -> None:
    file = tmp_path / "bad.html"
    file.write_text(BAD + "<script>throw new Error('oops')</script>")
    _, said = browser.dump(file)
    assert "oops" in said[0]


@pytest.mark.parametrize("name", samples.ALL)
def test_the_page_fits_a_phone_and_loads_nothing(
    browser: Browser, files: dict[str, Path], tmp_path: Path, name: str
) -> None:
    found = measured(browser, files[name].read_text("utf-8"), tmp_path)
    assert found["width"] <= PHONE
    assert found["past"] == []
    assert found["loaded"] == []
    if name != "nothing":
        assert found["smallest"] >= 9


def test_a_page_that_is_too_wide_or_loads_is_noticed(
    browser: Browser, tmp_path: Path
) -> None:
    wide = "<div style='width:400px'>x</div>"
    found = measured(browser, f"{BAD}{PICTURE}{wide}", tmp_path)
    assert found["width"] > PHONE and len(found["past"]) == 1
    assert found["loaded"] == ["http://127.0.0.1:9/x.png"]


def test_the_page_may_load_nothing_even_if_it_wanted(
    browser: Browser, files: dict[str, Path], tmp_path: Path
) -> None:
    page = files["nothing"].read_text("utf-8")
    file = tmp_path / "wants.html"
    file.write_text(page.replace("</main>", f"{PICTURE}</main>"), "utf-8")
    _, said = browser.dump(file)
    assert "Content Security Policy" in said[0]


def brightness(file: Path) -> tuple[float, tuple[int, int, int]]:
    """The mean brightness of a picture, 0 to 255, and the colour of its corner."""
    from PIL import Image, ImageStat

    with Image.open(file) as image:
        corner = image.convert("RGB").getpixel((2, 2))
        return ImageStat.Stat(image.convert("L")).mean[0], corner


def test_light_and_dark_are_two_colourings_of_the_page(
    browser: Browser, files: dict[str, Path], tmp_path: Path
) -> None:
    light, dark = tmp_path / "light.png", tmp_path / "dark.png"
    browser.screenshot(files["ordinary"], light, 1100, 900, dark=False)
    browser.screenshot(files["ordinary"], dark, 1100, 900, dark=True)
    mean, corner = brightness(light)
    assert mean > 225 and corner == (255, 255, 255)
    mean, corner = brightness(dark)
    assert mean < 50 and corner == (13, 17, 23)


def test_the_page_can_be_printed(
    browser: Browser, files: dict[str, Path], tmp_path: Path
) -> None:
    browser.pdf(files["ordinary"], tmp_path / "page.pdf")
    content = (tmp_path / "page.pdf").read_bytes()
    assert content.startswith(b"%PDF-")
    assert 1 <= len(re.findall(rb"/Type ?/Page\b", content)) <= 5
