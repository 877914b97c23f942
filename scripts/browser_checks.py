"""Look at the live page as a desk does: in a real browser, at an exchange with 500 markets.

    python -m scripts.browser_checks [--shots FOLDER] [--live-page PATH]

One line a check. It needs the extra ``[browser]`` and Chromium, which is installed from the
distribution where this may be done. Exit codes: 0 everything held, 1 something did not, or there
is no browser.
"""

from __future__ import annotations

import argparse
import http.client
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from kalshi_alpha.core.ledger.entry import ClockSource
from kalshi_alpha.datastore.ledger import LedgerStore
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.exec.clock import RunClock
from kalshi_alpha.exec.desk.kept import Kept
from kalshi_alpha.exec.desk.look import look_at_desk
from scripts.promql import evaluated, panels_of
from scripts.shown_desk import ShownDesk, shown_desk

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, ViewportSize

Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
MARKETS = 500
LOAD_S_MAX = 0.2
LATENCY_S_MAX = 1.0
LOADS, ORDERS, SWITCHES, ROWS = 20, 25, 7, 10_000
WIDE: ViewportSize = {"width": 1600, "height": 1000}
README_SIZE: ViewportSize = {"width": 1600, "height": 960}
PHONE: ViewportSize = {"width": 390, "height": 844}
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage")
REPOSITORY = Path(__file__).resolve().parents[1]
_QUIET_LADDER = "KXUST10AD-25JAN20"


def chromium() -> str | None:
    """Return the browser, installed if it is not there and may be; None if there is none."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if (found := shutil.which(name)) is not None:
            return found
    apt = shutil.which("apt-get")
    sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if apt is None or (sudo and shutil.which("sudo") is None):
        return None
    for words in (["update", "-q"], ["install", "-q", "-y", "--no-install-recommends", "chromium"]):
        subprocess.run([*sudo, apt, *words], stdout=subprocess.DEVNULL, check=False)
    return shutil.which("chromium")


@dataclass
class Checks:
    """What was checked, as it is printed."""

    failed: list[str] = field(default_factory=list)

    def that(self, what: str, *, holds: bool, found: str = "") -> None:
        """Print a check, and keep it if it does not hold."""
        said = f"{what}: {found}" if found else what
        print(f"{'ok  ' if holds else 'FAIL'} {said}", flush=True)
        if not holds:
            self.failed.append(said)


@dataclass
class Watched:
    """A page, and what it asked for and complained of."""

    page: Page
    requests: list[tuple[str, str]] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    @classmethod
    def open(
        cls, browser: Browser, url: str, size: ViewportSize, scheme: Scheme = "light"
    ) -> Watched:
        """Open the page in a window of its own."""
        page = browser.new_page(viewport=size, color_scheme=scheme)
        watched = cls(page)
        page.on("request", lambda r: watched.requests.append((r.method, r.url)))
        page.on("console", lambda m: watched.complaints.append(f"{m.type}: {m.text}"))
        page.on("pageerror", lambda error: watched.complaints.append(f"error: {error}"))
        page.goto(url)
        page.wait_for_selector("tr[data-t] .b")
        return watched


def check_server(checks: Checks, desk: ShownDesk) -> None:
    """Ask as a script would: how fast the page comes, and what is refused."""
    took = sorted(_asked(desk.url, "GET")[1] for _ in range(LOADS))
    found = f"median {1e3 * statistics.median(took):.0f} ms, slowest {1e3 * took[-1]:.0f} ms"
    checks.that(
        f"the page with {desk.markets} markets comes within {1e3 * LOAD_S_MAX:.0f} ms",
        holds=statistics.median(took) <= LOAD_S_MAX,
        found=found,
    )
    for method in ("POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"):
        status = _asked(desk.url, method)[0]
        checks.that(f"{method} is refused", holds=status == 405, found=str(status))
    for host in ("evil.example", "127.0.0.1", "localhost:1", ""):
        status = _asked(desk.url, "GET", host)[0]
        checks.that(f"host {host!r} is refused", holds=status in {400, 421}, found=str(status))
    text = _asked(desk.url + "metrics", "GET")[2]
    secret = Path(desk.environ["KALSHI_SIM_PRIVATE_KEY_PEM_PATH"]).read_text().splitlines()[1]
    pages = text + _asked(desk.url, "GET")[2] + _asked(desk.url + "desk.json", "GET")[2]
    hidden = secret not in pages and desk.environ["KALSHI_SIM_API_KEY_ID"] not in pages
    checks.that("no key is on it", holds=hidden)
    for panel, expression in panels_of(REPOSITORY / "configs/grafana/kalshi-alpha.json"):
        rows = evaluated(expression, text, datetime.now(UTC).timestamp())
        checks.that(f"grafana {panel}", holds=bool(rows), found=f"{len(rows)} rows")


def check_look(checks: Checks, desk: ShownDesk, folder: Path) -> None:
    """Look at a desk whose ledger has 10,000 rows, first and again."""
    root = folder / "large"
    shutil.copytree(desk.root, root, symlinks=True)
    paths = Paths(root)
    store = LedgerStore(paths)
    known, made_at = store.entries(), store.generated_at()
    copies = range(-(-ROWS // len(known)))
    rows = [replace(row, run_scope=f"{row.run_scope}-{n}") for n in copies for row in known]
    store.replace_runs(rows[:ROWS], made_at or datetime.now(UTC))
    clock, kept = RunClock(made_at or datetime.now(UTC), ClockSource.SET), Kept()
    took = []
    for _ in range(LOADS):
        begun = time.perf_counter()
        look_at_desk(paths, clock, desk.environ, kept)
        took.append(time.perf_counter() - begun)
    again = statistics.median(took[1:])
    checks.that(
        f"a look at {ROWS} ledger rows again takes at most {1e3 * LOAD_S_MAX:.0f} ms",
        holds=again <= LOAD_S_MAX,
        found=f"first {1e3 * took[0]:.0f} ms, again {1e3 * again:.0f} ms",
    )


def _asked(url: str, method: str, host: str | None = None) -> tuple[int, float, str]:
    place = urlsplit(url)
    connection = http.client.HTTPConnection(place.netloc, timeout=10)
    begun = time.perf_counter()
    connection.putrequest(method, place.path or "/", skip_host=True)
    connection.putheader("Host", place.netloc if host is None else host)
    connection.endheaders()
    reply = connection.getresponse()
    body = reply.read()
    took = time.perf_counter() - begun
    connection.close()
    return reply.status, took, body.decode()


def check_loading(checks: Checks, browser: Browser, desk: ShownDesk) -> None:
    """Load the page in the browser, and see what it asks for and complains of."""
    watched = Watched.open(browser, desk.url, WIDE)
    page = watched.page
    page.wait_for_timeout(1500)
    shown = page.evaluate("document.querySelectorAll('tr[data-t]').length")
    checks.that("every market is shown", holds=shown >= desk.markets, found=str(shown))
    times = sorted(_loading_ms(browser, desk.url) for _ in range(LOADS // 2))
    checks.that(
        "the browser has the page within 200 ms",
        holds=statistics.median(times) <= 1e3 * LOAD_S_MAX,
        found=f"median {statistics.median(times):.0f} ms, slowest {times[-1]:.0f} ms",
    )
    elsewhere = [url for _, url in watched.requests if not url.startswith(desk.url)]
    checks.that("nothing is asked of anybody else", holds=not elsewhere, found=str(elsewhere[:3]))
    methods = {method for method, _ in watched.requests}
    checks.that("the page only gets", holds=methods == {"GET"}, found=", ".join(sorted(methods)))
    cookies = page.context.cookies()
    checks.that("no cookie is set", holds=not cookies)
    checks.that(
        "no script or style is refused",
        holds=not watched.complaints,
        found="; ".join(watched.complaints[:3]),
    )
    page.close()


def _loading_ms(browser: Browser, url: str) -> float:
    page = browser.new_page(viewport=WIDE)
    page.goto(url)
    took = page.evaluate(
        "(() => { const t = performance.getEntriesByType('navigation')[0];"
        " return t.responseEnd - t.startTime; })()"
    )
    page.close()
    return float(took)


def check_latency(checks: Checks, browser: Browser, desk: ShownDesk) -> None:
    """Rest orders at the exchange, and see when the page shows them."""
    watched = Watched.open(browser, desk.url, WIDE)
    page = watched.page
    page.wait_for_timeout(1500)
    page.evaluate(
        "() => { window.seenAt = {}; new MutationObserver(all => all.forEach(m => {"
        " const row = m.target.closest ? m.target.closest('tr[data-t]') : null;"
        " if (row) { window.seenAt[row.dataset.t + row.querySelector('.b').textContent]"
        " = Date.now(); } })).observe(document.body, {subtree: true, childList: true}); }"
    )
    tickers = page.evaluate(
        "name => [...document.querySelectorAll('tr[data-t]')].map(r => r.dataset.t)"
        ".filter(t => t > name && t.startsWith('KXUST10AD-25JAN'))",
        _QUIET_LADDER,
    )
    took = []
    for ticker in tickers[:ORDERS]:
        price = page.evaluate(
            "t => { const r = document.querySelector(`tr[data-t='${t}']`);"
            " const b = parseFloat(r.querySelector('.b').textContent);"
            " const a = parseFloat(r.querySelector('.a').textContent);"
            " return [isNaN(b) ? 0 : b, isNaN(a) ? 100 : a]; }",
            ticker,
        )
        cents = price[0] + 1
        if cents >= price[1]:
            continue
        begun = time.time()
        desk.rest(ticker, f"{cents / 100:.4f}")
        key = f"{ticker}{cents:.1f}"
        page.wait_for_function("key => window.seenAt[key]", arg=key, timeout=10_000)
        took.append(page.evaluate("key => window.seenAt[key]", key) / 1e3 - begun)
    took.sort()
    checks.that(
        f"a change of a book is shown within {LATENCY_S_MAX:g} s of the order being sent",
        holds=len(took) >= ORDERS // 2 and took[-1] <= LATENCY_S_MAX,
        found=f"{len(took)} orders, median {1e3 * statistics.median(took):.0f} ms, "
        f"slowest {1e3 * took[-1]:.0f} ms",
    )
    page.close()


def check_kill_switch(checks: Checks, browser: Browser, desk: ShownDesk) -> None:
    """Set the kill switch, which ends the session, and see when the page says so."""
    page = Watched.open(browser, desk.url, WIDE).page
    page.wait_for_timeout(1000)
    switch = desk.root / "data/proc/state/kill_switch"
    took = []
    for _ in range(SWITCHES):
        begun = time.time()
        switch.write_text("")
        page.wait_for_selector("[sse-swap=verdict] code:has-text('kill_switch')", timeout=10_000)
        took.append(time.time() - begun)
        switch.unlink()
        page.wait_for_selector("#status .badge.good", timeout=10_000)
    took.sort()
    checks.that(
        f"a change of a file is shown within {LATENCY_S_MAX:g} s",
        holds=statistics.median(took) <= LATENCY_S_MAX,
        found=f"median {1e3 * statistics.median(took):.0f} ms, slowest {1e3 * took[-1]:.0f} ms",
    )
    page.close()


def check_access(checks: Checks, browser: Browser, desk: ShownDesk) -> None:
    """Let axe look in both schemes and both sizes, and go through the page by keyboard."""
    axe = (files("axe_playwright_python") / "axe.min.js").read_text()
    for size, name in ((WIDE, "wide"), (PHONE, "phone")):
        for scheme in SCHEMES:
            watched = Watched.open(browser, desk.url, size, scheme)
            watched.page.wait_for_timeout(1200)
            watched.page.evaluate(axe)
            found = watched.page.evaluate("axe.run().then(found => found.violations)")
            said = "; ".join(f"{each['id']} {each['nodes'][0]['target'][0]}" for each in found[:4])
            checks.that(f"axe finds nothing, {name} and {scheme}", holds=not found, found=said)
            if size is PHONE:
                wide = watched.page.evaluate("document.documentElement.scrollWidth")
                checks.that(
                    "the phone's page is no wider than it",
                    holds=wide <= size["width"],
                    found=f"{wide} px",
                )
            watched.page.close()
    _check_keyboard(checks, browser, desk)


def _check_keyboard(checks: Checks, browser: Browser, desk: ShownDesk) -> None:
    page = Watched.open(browser, desk.url, WIDE).page
    page.keyboard.press("Tab")
    first = page.evaluate("document.activeElement.className")
    checks.that("the first stop is the skip link", holds=first == "skip", found=first)
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    checks.that("where the focus is can be seen", holds=outline != "none", found=outline)
    page.keyboard.press("Enter")
    page.keyboard.press("PageDown")
    page.wait_for_timeout(500)
    moved = page.evaluate("document.getElementById('ladders').scrollTop")
    checks.that("the ladders scroll by key", holds=moved > 0, found=f"{moved:.0f} px")
    page.close()


def take_shots(browser: Browser, url: str, folder: Path) -> Iterator[Path]:
    """Take the pictures that people look at, and yield where each is."""
    folder.mkdir(parents=True, exist_ok=True)
    shots: tuple[tuple[str, ViewportSize, Scheme], ...] = (
        ("light", WIDE, "light"),
        ("dark", WIDE, "dark"),
        ("phone", PHONE, "light"),
    )
    for name, size, scheme in shots:
        page = Watched.open(browser, url, size, scheme).page
        page.wait_for_timeout(2500)
        path = folder / f"live-page-{name}.png"
        page.screenshot(path=path)
        page.close()
        yield path


def shoot_live_page(path: Path) -> int:
    """Take the picture of the live page that the README shows; return 1 if there is no browser.

    Parameters
    ----------
    path
        Where it goes, as PNG.
    """

    def act(browser: Browser, desk: ShownDesk) -> None:
        desk.fill_one()
        page = Watched.open(browser, desk.url, README_SIZE).page
        page.wait_for_selector("tr.mine", timeout=20_000)
        page.wait_for_timeout(1500)
        path.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=path)
        page.close()

    return run(act)


def run(act: Callable[[Browser, ShownDesk], None]) -> int:
    """Set a desk up, start the browser, and act; return 1 if there is no browser.

    Parameters
    ----------
    act
        Is given both.
    """
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        print("no browser: scripts/setup.sh bench installs Playwright")
        return 1
    program = chromium()
    if program is None:
        print("no browser: install Chromium, such as `sudo apt-get install chromium`")
        return 1
    with (
        tempfile.TemporaryDirectory(prefix="kalshi-alpha-desk-") as folder,
        shown_desk(Path(folder), markets=MARKETS) as desk,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        try:
            act(browser, desk)
        finally:
            browser.close()
    return 0


def main() -> int:
    """Run every check and return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--shots", type=Path, help="folder for pictures of the page")
    parser.add_argument("--live-page", type=Path, help="take the README's picture, check nothing")
    args = parser.parse_args()
    if args.live_page:
        return shoot_live_page(args.live_page)
    checks = Checks()

    def act(browser: Browser, desk: ShownDesk) -> None:
        desk.fill_one()
        with tempfile.TemporaryDirectory(prefix="kalshi-alpha-look-") as folder:
            check_look(checks, desk, Path(folder))
        check_server(checks, desk)
        for check in (check_loading, check_latency, check_access):
            check(checks, browser, desk)
        for path in take_shots(browser, desk.url, args.shots) if args.shots else ():
            print(f"wrote {path}")
        check_kill_switch(checks, browser, desk)

    return run(act) or (1 if checks.failed else 0)


if __name__ == "__main__":
    sys.exit(main())
