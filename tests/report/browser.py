"""A headless Chromium that opens a file, without leave to use the network."""

from __future__ import annotations

import base64
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest

FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic"),
    *("--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--hide-scrollbars"),
    *("--enable-logging=stderr", "--virtual-time-budget=3000"),
)
NAMES = ("chromium", "chromium-browser", "google-chrome")

# A window of Chromium is never as narrow as a phone; a frame in it is. Its content
# comes by srcdoc, so that this page may look into it.
FRAME = """<!DOCTYPE html><meta charset="utf-8"><body style="margin:0">
<iframe id="frame" style="width:{width}px;height:{height}px;border:0"></iframe>
<output id="found"></output>
<script>
const frame = document.getElementById("frame");
frame.onload = () => {{
  const page = frame.contentDocument;
  const past = [...page.querySelectorAll("body *")].filter((element) =>
    !element.closest(".scroll > *") &&
    element.getBoundingClientRect().right > {width} + 1);
  document.getElementById("found").textContent = JSON.stringify({{
    width: page.documentElement.scrollWidth,
    past: past.map((element) => element.outerHTML.slice(0, 80)),
    loaded: frame.contentWindow.performance.getEntriesByType("resource")
      .map((each) => each.name),
    smallest: Math.min(...[...page.querySelectorAll("svg text")].map((text) =>
      text.getBoundingClientRect().height)),
  }});
}};
frame.srcdoc = new TextDecoder().decode(
  Uint8Array.from(atob("{content}"), (each) => each.charCodeAt(0)));
</script>"""


@dataclass(frozen=True)
class Browser:
    """`program` is Chromium; every run has a profile of its own."""

    program: str

    def dump(self, file: Path) -> tuple[str, list[str]]:
        """The page as the browser understood it, and what its console says."""
        done = self._run("--dump-dom", file.as_uri())
        said = re.findall(r"CONSOLE[:(]\d+.*", done.stderr)
        return done.stdout, said

    def screenshot(
        self, file: Path, target: Path, width: int, height: int, *, dark: bool
    ) -> None:
        """A picture of the top of the page."""
        scheme = f"--blink-settings=preferredColorScheme={0 if dark else 1}"
        size = f"--window-size={width},{height}"
        self._run(scheme, size, f"--screenshot={target}", file.as_uri())

    def pdf(self, file: Path, target: Path) -> None:
        """The page as it is printed."""
        self._run(f"--print-to-pdf={target}", file.as_uri())

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        with tempfile.TemporaryDirectory(prefix="outhaul-chromium-") as folder:
            return subprocess.run(
                [self.program, *FLAGS, f"--user-data-dir={folder}", *arguments],
                capture_output=True,
                text=True,
                encoding="utf-8",
                errors="replace",
                timeout=90,
                check=True,
            )


def find_browser() -> Browser:
    """Chromium, or the test that asks is skipped."""
    for name in NAMES:
        program = shutil.which(name)
        if program:
            return Browser(program)
    pytest.skip("no Chromium here; on Debian: apt-get install chromium")


def framed(page: str, width: int, height: int) -> str:
    """A page that shows another in a frame, and measures it."""
    content = base64.b64encode(page.encode("utf-8")).decode()
    return FRAME.format(width=width, height=height, content=content)
