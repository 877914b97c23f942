"""Take the screenshots of the documentation anew: ``python scripts/screenshots.py [NAME ...]``.

Each is taken in headless Chromium of pages that the program makes at the reference scenario, below
a root of its own. It needs the extras ``[report]`` and ``[browser]`` and a Chromium, which
``CHROMIUM`` names if it is not on the path. The picture is reduced to a palette, so that the
repository does not grow by megabytes.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
IMAGES = REPOSITORY / "docs" / "images"
BYTES_MAX = 300_000
_COLOURS = 192


def main() -> int:
    """Take what was asked for, or all, and return 0."""
    parser = argparse.ArgumentParser(description="Take the documentation's screenshots anew.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(SHOTS))
    asked = parser.parse_args().names or list(SHOTS)
    unknown = [name for name in asked if name not in SHOTS]
    if unknown:
        parser.error(f"unknown: {', '.join(unknown)}; there are {', '.join(SHOTS)}")
    IMAGES.mkdir(exist_ok=True)
    for name in asked:
        with tempfile.TemporaryDirectory() as folder:
            SHOTS[name](demo_root(Path(folder)), IMAGES / f"{name}.png")
        size = (IMAGES / f"{name}.png").stat().st_size
        print(f"wrote docs/images/{name}.png ({size / 1000:.0f} kB)")
        if size > BYTES_MAX:
            print(f"docs/images/{name}.png is larger than {BYTES_MAX / 1000:.0f} kB")
            return 1
    return 0


def demo_root(folder: Path) -> Path:
    """Return a root with the four scans of the reference scenario, as ``make demo`` makes them."""
    root = folder / "root"
    shutil.copytree(REPOSITORY / "configs", root / "configs")
    run(
        root,
        "pipelines.daily",
        *("--mode", "full", "--offline", "--report", "--paper-ledger", "--quiet"),
        *("--driver-fixtures", str(REPOSITORY / "tests/fixtures")),
        *("--scanner-fixtures", str(REPOSITORY / "tests/data_fixtures")),
    )
    return root


def run(root: Path, module: str, *flags: str) -> None:
    """Run a command of the program below a root."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KALSHI_")}
    environ = {**kept, "KALSHI_ALPHA_HOME": str(root), "TZ": "America/New_York"}
    command = [sys.executable, "-m", f"kalshi_alpha.exec.{module}", *flags]
    subprocess.run(command, env=environ, check=True)


def tearsheet(root: Path, target: Path) -> None:
    """Show the top of the consumer prices' sheet."""
    run(root, "tearsheet", "--quiet")
    page = root / "reports/CPI/2024-12-11/tearsheet.html"
    shoot(page.as_uri(), target, width=1160, height=1790)


def shoot(url: str, target: Path, *, width: int, height: int) -> None:
    """Take one picture of a page in light colours, and reduce it to a palette."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM") or shutil.which("chromium"),
            args=["--no-sandbox", "--disable-gpu", "--disable-quic"],
        )
        page = browser.new_page(viewport={"width": width, "height": height}, color_scheme="light")
        page.goto(url)
        whole = Path(folder) / "whole.png"
        page.screenshot(path=whole)
        browser.close()
        reduce(whole, target)


def reduce(whole: Path, target: Path) -> None:
    """Reduce a picture to a palette."""
    from PIL import Image

    with Image.open(whole) as picture:
        picture.convert("RGB").quantize(_COLOURS, dither=Image.Dither.NONE).save(
            target, optimize=True
        )


def live_page(folder: Path, target: Path) -> None:
    """Show the live page at a local exchange, with a session that quotes."""
    whole = folder / "live.png"
    command = [sys.executable, "-m", "scripts.browser_checks", "--live-page", str(whole)]
    subprocess.run(command, cwd=REPOSITORY, check=True)
    reduce(whole, target)


SHOTS: Mapping[str, Callable[[Path, Path], None]] = {"tearsheet": tearsheet, "live-page": live_page}
"""By name: what makes the page below a root and takes its picture."""

if __name__ == "__main__":
    sys.exit(main())
