"""A desk to look at: a practice root at GO, a local exchange, a session that quotes, and the page.

Everything runs in processes of its own on loopback, ends with the block, and leaves nothing.
"""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from kalshi_alpha.brokers.kalshi.keys import load_credentials
from kalshi_alpha.brokers.kalshi.signing import Signer
from kalshi_alpha.config.environment import KalshiEnv
from scripts.served_exchange import MORNING, PILOT, REPOSITORY, clean_environ
from scripts.wide_market import wide_market

_API = "/trade-api/v2"
_SESSION_S = 240
_PATIENCE_S = 20.0


@dataclass(frozen=True)
class ShownDesk:
    """A page that listens, and what is behind it.

    Attributes
    ----------
    url
        Of the page.
    exchange
        Address of the local exchange.
    root
        The desk's root.
    environ
        Environment of its commands.
    markets
        How many the exchange lists.
    """

    url: str
    exchange: str
    root: Path
    environ: dict[str, str]
    markets: int

    def rest(self, ticker: str, price: str, count: str = "1.00", side: str = "bid") -> str:
        """Rest an order at the exchange, as anybody may, and return its id."""
        order = {
            "ticker": ticker,
            "side": side,
            "count": count,
            "price": price,
            "time_in_force": "good_till_canceled",
            "self_trade_prevention_type": "taker_at_cross",
        }
        reply = self._signed("POST", "/portfolio/events/orders", order)
        return str(reply["order_id"])

    def fill_one(self) -> None:
        """Let others fill a contract of the session's once an order of it rests.

        Raises
        ------
        TimeoutError
            If none does in time.
        """
        until = time.monotonic() + _PATIENCE_S
        while time.monotonic() < until:
            resting = self._signed("GET", "/portfolio/orders", query="status=resting")["orders"]
            if resting:
                body = {"order_id": resting[0]["order_id"], "count": "1.00"}
                self._asked("POST", "/sim/fill", json.dumps(body), {})
                return
            time.sleep(0.1)
        raise TimeoutError(f"no order of the session rests after {_PATIENCE_S:g} s")

    def _signed(self, method: str, path: str, body: object = None, query: str = "") -> Any:
        signer = Signer(load_credentials(KalshiEnv.SIM, self.environ))
        now = datetime.fromisoformat(self._asked("GET", "/sim/state", None, {})["now"])
        headers = dict(signer.headers(method, _API + path, int(now.timestamp() * 1000)))
        headers["Content-Type"] = "application/json"
        text = None if body is None else json.dumps(body)
        return self._asked(method, f"{_API}{path}?{query}".rstrip("?"), text, headers)

    def _asked(self, method: str, target: str, body: str | None, headers: dict[str, str]) -> Any:
        connection = http.client.HTTPConnection(urlsplit(self.exchange).netloc, timeout=10)
        try:
            connection.request(method, target, body, headers)
            reply = connection.getresponse()
            text = reply.read()
        finally:
            connection.close()
        if reply.status >= 300:
            raise RuntimeError(f"{method} {target}: {reply.status} {text.decode()}")
        return json.loads(text)


@contextmanager
def shown_desk(folder: Path, *, markets: int = 500, pace: float = 5.0) -> Iterator[ShownDesk]:
    """Set a desk up below a folder, and its page, until the block ends.

    Parameters
    ----------
    folder
        Empty; everything is made in it.
    markets
        How many the exchange lists at least.
    pace
        How much quicker than in reality others trade.
    """
    listed = wide_market(folder / "venue", markets)
    root = _practice_root(folder)
    with ExitStack() as ending:
        keys = str(folder / "keys")
        options = ("--as-of", MORNING, "--keys", keys, "--pace", str(pace), "--json")
        ready = ending.enter_context(
            _speaking(
                ["kalshi_alpha.sim", "serve", "--markets", str(folder / "venue"), *options],
                clean_environ() | {"KALSHI_ALPHA_HOME": str(root)},
            )
        )
        environ = clean_environ() | ready["environ"] | {"KALSHI_ALPHA_HOME": str(root)}
        ending.enter_context(_session(environ, root))
        page = ending.enter_context(
            _speaking(["kalshi_alpha.web.dashboard", "--port", "0", "--json"], environ)
        )
        yield ShownDesk(page["url"], ready["url"], root, environ, listed)


def _practice_root(folder: Path) -> Path:
    """Make a root at GO with a scan of the morning, monitors and a ramp decision."""
    root = folder / "root"
    environ = clean_environ() | {"KALSHI_ALPHA_HOME": str(root)}
    at = ("--as-of", MORNING, "--quiet")
    series = ("--series", "CPI", "--series", "CLAIMS")
    _run(
        ["kalshi_alpha.sim", "demo-account", "--root", str(root), "--as-of", MORNING, *series],
        clean_environ(),
    )
    (root / "tests").symlink_to(REPOSITORY / "tests", target_is_directory=True)
    fixtures = ("--driver-fixtures", "tests/fixtures", "--fixtures-root", "tests/data_fixtures")
    _run(
        ["kalshi_alpha.exec.runners.scan_ladders", "--series", "CPI", "--offline", *fixtures, *at],
        environ,
    )
    _run(["kalshi_alpha.exec.monitors.cli", *at], environ, {0, 3})
    _run(["kalshi_alpha.exec.reports.ramp", *at], environ, {0, 3})
    return root


def _run(words: list[str], environ: dict[str, str], codes: set[int] | None = None) -> None:
    command = [sys.executable, "-m", *words]
    done = subprocess.run(
        command, cwd=REPOSITORY, env=environ, capture_output=True, text=True, check=False
    )
    if done.returncode not in (codes or {0}):
        raise RuntimeError(f"{words[0]} ended with {done.returncode}: {done.stderr[-500:]}")


@contextmanager
def _speaking(words: list[str], environ: dict[str, str]) -> Iterator[Any]:
    """Start a command that says on one document of JSON that it is ready, and end it at the end."""
    command = [sys.executable, "-m", *words]
    process = subprocess.Popen(
        command, cwd=REPOSITORY, env=environ, stdout=subprocess.PIPE, text=True
    )
    try:
        yield _document(process, words[0])
    finally:
        process.terminate()
        process.communicate()


def _document(process: subprocess.Popen[str], name: str) -> Any:
    said = ""
    for line in process.stdout or ():
        said += line
        try:
            return json.loads(said)
        except ValueError:
            continue
    raise RuntimeError(f"{name} ended before it was ready: {said}")


@contextmanager
def _session(environ: dict[str, str], root: Path) -> Iterator[None]:
    """Hold a session that quotes consumer prices at the exchange."""
    command = [sys.executable, "-m", PILOT, "--series", "KXCPI", "--env", "sim"]
    command += ["--run-seconds", str(_SESSION_S), "--quiet"]
    with (root / "session.log").open("w") as log:
        process = subprocess.Popen(
            command, cwd=root, env=environ, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            yield
        finally:
            process.terminate()
            process.wait()
