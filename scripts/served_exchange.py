"""A local exchange in a process of its own, and what it knows of our account.

What is asserted of a session is read here, from the exchange's own records, and never from the
session's.
"""

from __future__ import annotations

import http.client
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from kalshi_alpha.brokers.kalshi.keys import load_credentials
from kalshi_alpha.brokers.kalshi.signing import Signer
from kalshi_alpha.config.environment import KalshiEnv

REPOSITORY = Path(__file__).resolve().parents[1]
MORNING = "2024-12-11T11:30:00Z"
"""The morning of the practice day: two hours before the release, inside the window."""
PILOT = "kalshi_alpha.exec.runners.pilot"
_API = "/trade-api/v2"


def clean_environ() -> dict[str, str]:
    """Return this process's environment without anything of a desk, in New York's time."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KALSHI")}
    return kept | {"TZ": "America/New_York"}


@dataclass(frozen=True)
class ServedExchange:
    """An exchange that listens, and a home for the sessions that are held at it."""

    url: str
    home: Path
    environ: dict[str, str]

    def admin(self, method: str, name: str, body: object = None) -> Any:
        """Make an admin call, and return what it answers."""
        payload = None if body is None else json.dumps(body)
        return self._asked(method, f"/sim/{name}", payload, {})

    def now(self) -> datetime:
        """Return the exchange's time, to the microsecond."""
        return datetime.fromisoformat(self.admin("GET", "state")["now"])

    def audit(self) -> Any:
        """Return what the exchange counted of every account."""
        return self.admin("GET", "audit")

    def orders(self, status: str = "") -> list[dict[str, Any]]:
        """Return our orders as the exchange shows them."""
        query = f"status={status}&limit=1000" if status else "limit=1000"
        found: list[dict[str, Any]] = self._signed("/portfolio/orders", query)["orders"]
        return found

    def groups(self) -> list[dict[str, Any]]:
        """Return our order groups."""
        return self._signed("/portfolio/order_groups").get("order_groups") or []

    def until_resting(self, within_s: float = 20.0) -> list[dict[str, Any]]:
        """Wait until an order of ours rests, and return those that do.

        Raises
        ------
        TimeoutError
            If none does in time.
        """
        until = time.monotonic() + within_s
        while time.monotonic() < until:
            found = self.orders("resting")
            if found:
                return found
            # Each look is a signed read of the account's own budget, which the session needs.
            time.sleep(0.2)
        raise TimeoutError(f"no order of ours rests after {within_s:g} s")

    def fill_one(self) -> str:
        """Let others fill a contract of ours once an order rests, and return the order's id."""
        order_id: str = self.until_resting()[0]["order_id"]
        self.admin("POST", "fill", {"order_id": order_id, "count": "1.00"})
        return order_id

    def pilot(self, *flags: str, output: int = subprocess.PIPE) -> subprocess.Popen[str]:
        """Start a session in a process of its own, which writes to a pipe or another file."""
        command = [sys.executable, "-m", PILOT, "--series", "KXCPI", "--env", "sim", *flags]
        return subprocess.Popen(
            command,
            cwd=self.home,
            env=self.environ,
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def _signed(self, path: str, query: str = "") -> Any:
        signer = Signer(load_credentials(KalshiEnv.SIM, self.environ))
        at_ms = int(self.now().timestamp() * 1000)
        headers = signer.headers("GET", _API + path, at_ms)
        return self._asked("GET", f"{_API}{path}?{query}".rstrip("?"), None, headers)

    def _asked(self, method: str, target: str, body: str | None, headers: dict[str, str]) -> Any:
        place = urlsplit(self.url)
        connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=10)
        try:
            connection.request(method, target, body, headers)
            return json.loads(connection.getresponse().read())
        finally:
            connection.close()


@contextmanager
def served(folder: Path, *flags: str, run_seconds: float = 120.0) -> Iterator[ServedExchange]:
    """Serve an exchange on the practice morning, with a home for sessions below a folder.

    Parameters
    ----------
    folder
        Empty; it gets the exchange's keys and the home.
    flags
        More flags of ``sim serve``.
    run_seconds
        When the exchange ends by itself, whatever becomes of this process.
    """
    home = folder / "home"
    shutil.copytree(REPOSITORY / "configs", home / "configs")
    (home / "tests").symlink_to(REPOSITORY / "tests", target_is_directory=True)
    environ = clean_environ()
    options = ("--as-of", MORNING, "--keys", str(folder / "keys"), "--series", "KXCPI", "--json")
    command: Sequence[str] = (
        *(sys.executable, "-m", "kalshi_alpha.sim", "serve", *options),
        *("--run-seconds", str(run_seconds), *flags),
    )
    serving = subprocess.Popen(
        command, cwd=REPOSITORY, env=environ, stdout=subprocess.PIPE, text=True
    )
    try:
        line = "" if serving.stdout is None else serving.stdout.readline()
        ready = json.loads(line)
        environ |= {**ready["environ"], "KALSHI_ALPHA_HOME": str(home)}
        yield ServedExchange(ready["url"], home, environ)
    finally:
        serving.terminate()
        serving.communicate()


def created_after(orders: Sequence[dict[str, Any]], instant: datetime) -> list[timedelta]:
    """Return by how much orders were made after an instant; empty if none was."""
    made = (datetime.fromisoformat(order["created_time"]) for order in orders)
    return [at - instant for at in made if at > instant]
