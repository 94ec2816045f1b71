"""A matplotlib figure as SVG that is part of a page: its colours, fonts and names.

One unit is one CSS pixel. Colours are those of the page, which change with light and
dark. Text that is not ours never goes through matplotlib, which would take `$` for
a formula and lacks most scripts: a placeholder does, and the browser sets the text.
"""

from __future__ import annotations

import io
import itertools
import re
import unicodedata
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from xml.etree import ElementTree

from markupsafe import Markup

from outhaul.errors import ConfigurationError
from outhaul.text.phrases import how_to_add

COLOURS = ("text", "muted", "grid", "accent", "second", "third", "surface")
"""The variables of the page's style sheet that a figure may use."""

_SENTINELS = {name: f"#0{n}0{n}0{n}" for n, name in enumerate(COLOURS, start=1)}
_SVG = "{http://www.w3.org/2000/svg}"
_XLINK = "{http://www.w3.org/1999/xlink}"
_FONT = re.compile(r"(?<![\w-])font: *(?:bold )?([\d.]+px)[^;]*")
_FONT_FAMILY = re.compile(r"(?<![\w-])font-family: *[^;]*;? ?")
_REFERENCE = re.compile(r"#([a-z]\w+)")
_PLACEHOLDER = re.compile(r"label-(\d+)")


class Figure:
    """A figure that is being drawn, `width` × `height` pixels.

    axes: all of it, with x from 0 to width and y from 0 (at the top) to height.
    """

    def __init__(self, width: float, height: float) -> None:
        from matplotlib.backends.backend_svg import FigureCanvasSVG
        from matplotlib.figure import Figure as MatplotlibFigure

        self.width, self.height = width, height
        self._figure: Any = MatplotlibFigure(figsize=(width / 72, height / 72))
        FigureCanvasSVG(self._figure)
        self._labels: list[tuple[str, str]] = []
        self.axes = self._figure.add_axes((0, 0, 1, 1))
        self.axes.set_axis_off()
        self.axes.set_xlim(0, width)
        self.axes.set_ylim(height, 0)

    def plot(self, left: float, top: float, right: float, bottom: float) -> Any:
        """Axes with a scale of their own, at these distances from the edges."""
        return self._figure.add_axes(
            (
                left / self.width,
                bottom / self.height,
                (self.width - left - right) / self.width,
                (self.height - top - bottom) / self.height,
            )
        )

    def text(
        self, x: float, y: float, text: str, *, columns: int = 60, **style: Any
    ) -> None:
        """Any text, its middle at height y; beyond `columns` it is cut."""
        placeholder = f"label-{len(self._labels)}"
        self._labels.append((cut(text, columns), text))
        style = {"va": "center_baseline", "color": colour("text"), **style}
        self.axes.text(x, y, placeholder, parse_math=False, **style)

    def bar(self, x: float, y: float, width: float, height: float, fill: str) -> None:
        """A rectangle of a colour of the page, or of one with an opacity."""
        from matplotlib.patches import Rectangle

        name, _, opacity = fill.partition("/")
        self.axes.add_patch(
            Rectangle(
                (x, y),
                width,
                height,
                facecolor=colour(name),
                alpha=float(opacity or 1),
                linewidth=0,
            )
        )

    def svg(self, description: str) -> Markup:
        """The figure as an element of the page; `description` says what it shows."""
        buffer = io.BytesIO()
        self._figure.savefig(buffer, format="svg", transparent=True)
        # matplotlib wrote it, and nothing that is not ours is in it yet
        root = ElementTree.fromstring(buffer.getvalue())  # noqa: S314
        for unwanted in (f"{_SVG}metadata", f"{_SVG}defs[{_SVG}style]"):
            for element in root.findall(unwanted):
                root.remove(element)
        _drop_unused_ids(root)
        for element in root.iter():
            _adapt(element, self._labels)
        root.attrib = {
            "viewBox": f"0 0 {self.width:g} {self.height:g}",
            "width": f"{self.width:g}",
            "height": f"{self.height:g}",
            "role": "img",
            "aria-label": clean(description),
        }
        return Markup(ElementTree.tostring(root, encoding="unicode"))  # noqa: S704


def colour(name: str) -> str:
    """What stands for a colour of the page while the figure is drawn."""
    return _SENTINELS[name]


def cut(text: str, columns: int) -> str:
    """The text in at most so many columns; names often differ at their ends."""
    text = clean(text)
    if columns_of(text) <= columns:
        return text
    behind = (columns - 1) // 3
    start = _fitting(text, columns - 1 - behind)
    return f"{start}…{_fitting(text[::-1], behind)[::-1]}"


def _fitting(text: str, columns: int) -> str:
    total = itertools.accumulate(map(columns_of, text))
    return text[: sum(1 for each in total if each <= columns)]


def columns_of(text: str) -> int:
    """How wide a text is: 2 for the wide letters of East Asia, 1 for others."""
    return sum(2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in text)


_TURNING = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


def clean(text: str) -> str:
    """The text without characters that XML forbids or that turn the page round."""
    return "".join(
        "\N{REPLACEMENT CHARACTER}"
        if unicodedata.category(character) in ("Cc", "Cs")
        or character
        in "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
        or ord(character) & 0xFFFE == 0xFFFE
        else character
        for character in text
    )


@contextmanager
def drawing() -> Iterator[None]:
    """The settings for figures, whatever the user's own matplotlibrc says.

    Raises ConfigurationError where matplotlib is not installed.
    """
    try:
        import matplotlib
    except ModuleNotFoundError as error:
        raise ConfigurationError(
            f"the Python package '{error.name}' is missing, which a report needs; "
            f"{how_to_add('report')}"
        ) from None
    with matplotlib.rc_context(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of glyphs and layouts: nobody reads them
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(
            {
                "svg.fonttype": "none",
                "font.size": 12,
                "axes.edgecolor": colour("grid"),
                "axes.labelcolor": colour("muted"),
                "axes.spines.top": False,
                "axes.spines.right": False,
                "axes.facecolor": "none",
                "xtick.color": colour("grid"),
                "ytick.color": colour("grid"),
                "xtick.labelcolor": colour("muted"),
                "ytick.labelcolor": colour("muted"),
                "grid.color": colour("grid"),
            }
        )
        yield


def _drop_unused_ids(root: ElementTree.Element) -> None:
    """Several figures are in one page: only ids stay that are random, and used."""
    texts = (value for element in root.iter() for value in element.attrib.values())
    used = {name for text in texts for name in _REFERENCE.findall(text)}
    for element in root.iter():
        if element.get("id") not in used:
            element.attrib.pop("id", None)


def _adapt(element: ElementTree.Element, labels: list[tuple[str, str]]) -> None:
    element.tag = element.tag.removeprefix(_SVG)
    if f"{_XLINK}href" in element.attrib:
        element.attrib["href"] = element.attrib.pop(f"{_XLINK}href")
    style = element.attrib.get("style", "")
    for name, sentinel in _SENTINELS.items():
        style = style.replace(sentinel, f"var(--{name})")
    style = _FONT_FAMILY.sub("", _FONT.sub(r"font-size: \1", style))
    if style:
        element.attrib["style"] = style
    found = _PLACEHOLDER.fullmatch(element.text or "")
    if found and element.tag == "text":
        short, whole = labels[int(found[1])]
        element.text = short
        if short != whole:
            title = ElementTree.SubElement(element, "title")
            title.text = clean(whole)
