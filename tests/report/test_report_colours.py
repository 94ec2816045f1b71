"""Text and shapes stand out from what is behind them, in light, dark and print."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import outhaul.report

STYLE = Path(outhaul.report.__file__).parent / "templates" / "page.css"
RGB = tuple[float, float, float]


def palettes() -> list[dict[str, RGB]]:
    """The colours of each `:root` of the style sheet: light, dark, print."""
    blocks = re.findall(r":root \{(.*?)\}", STYLE.read_text("utf-8"), re.DOTALL)
    return [
        {
            name: tuple(int(value[n : n + 2], 16) / 255 for n in (0, 2, 4))
            for name, value in re.findall(r"--(\w+): #(\w{6});", block)
        }
        for block in blocks
    ]


PALETTES = pytest.mark.parametrize(
    "colours", palettes(), ids=["light", "dark", "print"]
)


def luminance(colour: RGB) -> float:
    """As https://www.w3.org/TR/WCAG22/#dfn-relative-luminance defines it."""
    red, green, blue = (
        each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4
        for each in colour
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: RGB, other: RGB) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def over(front: RGB, opacity: float, back: RGB) -> RGB:
    mixed = [f * opacity + b * (1 - opacity) for f, b in zip(front, back, strict=True)]
    return (mixed[0], mixed[1], mixed[2])


def test_the_extremes_of_contrast_are_as_defined() -> None:
    assert contrast((0, 0, 0), (1, 1, 1)) == pytest.approx(21)
    assert contrast((1, 1, 1), (1, 1, 1)) == pytest.approx(1)


@PALETTES
def test_the_page_has_all_its_colours(colours: dict[str, RGB]) -> None:
    used = set(re.findall(r"var\(--(\w+)\)", STYLE.read_text("utf-8")))
    assert {"text", "muted", "grid", "accent", "second", "third", "surface"} <= used
    assert used <= set(colours)


@PALETTES
def test_text_can_be_read(colours: dict[str, RGB]) -> None:
    for behind in ("surface", "card"):
        assert contrast(colours["text"], colours[behind]) >= 7
        assert contrast(colours["muted"], colours[behind]) >= 4.5
    striped = over(colours["grid"], 0.35, colours["surface"])
    assert contrast(colours["muted"], striped) >= 4.5


@PALETTES
def test_numbers_in_the_darkest_cell_can_be_read(colours: dict[str, RGB]) -> None:
    darkest = over(colours["accent"], 0.55, colours["surface"])
    assert contrast(colours["text"], darkest) >= 4.5


@PALETTES
def test_shapes_stand_out(colours: dict[str, RGB]) -> None:
    for name in ("accent", "second", "third"):
        assert contrast(colours[name], colours["surface"]) >= 3
