"""Open tear-sheets as a reader does: in a real browser without network, wide, narrow and on paper.

    python -m scripts.check_tearsheets

The sheets are those of ``make demo`` and of a practice root with a full ledger. One line a check:
every page is opened offline, in light and dark, at 320, 390 and 1,200 pixels and for print. Nothing
is fetched, nothing complains, nothing runs out of the page, and axe-core finds no violation. Needs
the extras ``[report]`` and ``[browser]`` and Chromium. Exit codes: 0 everything held, 1 something
did not, or there is no browser.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from kalshi_alpha.sim.demo_account import DemoTerms, make_demo_account
from scripts.browser_checks import FLAGS, SCHEMES, Checks, chromium
from scripts.screenshots import REPOSITORY, demo_root, run

if TYPE_CHECKING:
    from playwright.sync_api import Browser

WIDTHS = (320, 390, 1200)
A4_WIDTH = 688
AT = datetime(2024, 12, 11, 11, 30, tzinfo=UTC)
BYTES_MAX = 2_000_000


def main() -> int:
    """Make the sheets, look at each, and return the exit code."""
    found = chromium()
    if found is None:
        print("FAIL there is no Chromium")
        return 1
    from playwright.sync_api import sync_playwright

    checks = Checks()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        pages = [*made(Path(folder))]
        browser = playwright.chromium.launch(executable_path=found, args=list(FLAGS))
        for page in pages:
            look(browser, page, checks)
        browser.close()
    return 1 if checks.failed else 0


def made(folder: Path) -> Iterator[Path]:
    """Make both roots and yield their sheets."""
    demo = demo_root(folder / "demo")
    run(demo, "tearsheet", "--quiet")
    practice = folder / "practice"
    terms = DemoTerms(practice, REPOSITORY / "configs", REPOSITORY / "tests/fixtures", AT)
    make_demo_account(terms)
    clock = ("--as-of", f"{AT:%Y-%m-%dT%H:%M:%SZ}", "--quiet")
    for module in ("monitors.cli", "reports.ramp", "tearsheet"):
        run(practice, module, *clock)
    for root in (demo, practice):
        yield from sorted((root / "reports").glob("*/*/tearsheet.html"))


def look(browser: Browser, path: Path, checks: Checks) -> None:
    """Open one sheet in every way."""
    name = "/".join(path.parts[-5:-1])
    size = path.stat().st_size
    checks.that(f"{name} is one file of 2 MB at most", holds=size <= BYTES_MAX, found=f"{size} B")
    for scheme in SCHEMES:
        for width in WIDTHS:
            _open(browser, path, checks, f"{name}, {scheme}, {width} px", (scheme, width))
    _open(browser, path, checks, f"{name}, paper", ("dark", A4_WIDTH), media="print")


def _open(
    browser: Browser,
    path: Path,
    checks: Checks,
    name: str,
    shown: tuple[str, int],
    media: str = "screen",
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    scheme, width = shown
    context = browser.new_context(viewport={"width": width, "height": 900}, offline=True)
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: said.append(request.url))
    page.emulate_media(media=media, color_scheme=scheme)
    page.goto(path.as_uri())
    said.remove(path.as_uri())
    checks.that(f"{name}: nothing is fetched or complained of", holds=not said, found=str(said[:2]))
    wide = int(page.evaluate("document.documentElement.scrollWidth"))
    checks.that(f"{name}: nothing runs out of the page", holds=wide <= width, found=f"{wide} px")
    ground = str(page.evaluate("getComputedStyle(document.body).backgroundColor"))
    dark = scheme == "dark" and media == "screen"
    checks.that(f"{name}: the ground is its own", holds=(ground == "rgb(22, 25, 29)") is dark)
    context.close()
    if media == "screen":
        # The page's own policy would refuse axe's script: it is let in for this alone.
        context = browser.new_context(viewport={"width": width, "height": 900}, bypass_csp=True)
        page = context.new_page()
        page.emulate_media(color_scheme=scheme)
        page.goto(path.as_uri())
        faults = [each["id"] for each in Axe().run(page).response["violations"]]
        checks.that(f"{name}: axe-core finds nothing", holds=not faults, found=", ".join(faults))
        context.close()


if __name__ == "__main__":
    sys.exit(main())
