"""Every path this program reads or writes at run time, below one root.

The tree is the operator's contract: shell scripts, systemd units and the run-book name
these places, so a path is spelled here once and nowhere else.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.datastore import home
from kalshi_alpha.datastore.home import HOME_VARIABLE

__all__ = ["DESK", "HOME_VARIABLE", "Paths"]

DESK = "DESK"
"""The folder of reports about all series together."""

# Tickers and source names come from payloads and command lines; none may climb out of its folder.
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def _name(text: str) -> str:
    if _NAME.fullmatch(text) is None or ".." in text:
        raise BadParameter(f"not usable as a file name: {text!r}")
    return text


@dataclass(frozen=True, slots=True)
class Paths:
    """The file tree below ``root``, made absolute so that a printed path can be copied anywhere.

    Attributes are folders and fixed files; methods take the part that varies. Nothing here
    touches the disk: whoever writes a file makes its folder.

    Raises
    ------
    BadParameter
        By the methods, if a name would leave its folder.
    """

    root: Path

    def __post_init__(self) -> None:
        object.__setattr__(self, "root", Path(self.root).absolute())

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Paths:
        """Take the root from ``KALSHI_ALPHA_HOME``, or the current directory if it is unset."""
        return cls(home.home(environ))

    # --- raw payloads, as received --------------------------------------------------------

    def raw_source(self, source: str) -> Path:
        """Folder of everything received from ``source``."""
        return self.root / "data" / "raw" / _name(source)

    def raw(self, source: str, day: date) -> Path:
        """Folder of the payloads received from ``source`` on the UTC date ``day``."""
        return self.raw_source(source) / f"{day:%Y/%m/%d}"

    def telemetry(self, day: date) -> Path:
        """Return the execution telemetry of the UTC date ``day``, one JSON object a line."""
        return self.raw("kalshi", day) / "exec.jsonl"

    def orderbook(self, ticker: str) -> Path:
        """Folder of recorded order-book snapshots of one market."""
        return self.raw_source("kalshi") / "orderbook" / _name(ticker)

    @property
    def http_cache(self) -> Path:
        """Folder of publishers' answers, kept so that they need not be sent twice."""
        return self.root / "data" / "cache" / "http"

    def stream(self, environment: str, name: str) -> Path:
        """Folder of the raw recordings of one family or series at a venue, such as ``prod``."""
        return self.raw_source("kalshi") / "stream" / _name(environment) / _name(name)

    @property
    def market(self) -> Path:
        """Folder of what was recorded of markets, one below it for each series."""
        return self.root / "data" / "market"

    def market_at(self, environment: str) -> Path:
        """Return the same for what was recorded at a venue: the real one's is `market`."""
        if environment == "prod":
            return self.market
        return self.root / "data" / f"market_{_name(environment)}"

    # --- derived tables and state ---------------------------------------------------------

    @property
    def proc(self) -> Path:
        """Folder of everything derived: tables, state, ledger, logs."""
        return self.root / "data" / "proc"

    @property
    def state(self) -> Path:
        """Folder of the state files that outlive a run."""
        return home.state_folder(self.root)

    @property
    def kill_switch(self) -> Path:
        """The sentinel whose mere presence stops every submission."""
        return home.kill_switch(self.root)

    @property
    def heartbeat(self) -> Path:
        """Last sign of life of the running session."""
        return home.heartbeat(self.root)

    @property
    def fill_alpha(self) -> Path:
        """Fill ratios tuned from the ledger."""
        return self.state / "fill_alpha.json"

    @property
    def slippage(self) -> Path:
        """Depth slippage curves fitted from the ledger."""
        return self.state / "slippage.json"

    @property
    def order_journal(self) -> Path:
        """SQLite journal of order intents, sends, acknowledgements, fills and unknowns."""
        return home.order_journal(self.root)

    def practice_journal(self, session: str) -> Path:
        """Orders of a practice session: never among those of an account."""
        return self.proc / "practice" / _name(session) / "orders.sqlite"

    @property
    def alert_log(self) -> Path:
        """Every monitor alert, one JSON object a line; panic backoff is counted from it."""
        return self.state / "alerts.jsonl"

    def paper_orders(self, environment: str) -> Path:
        """Return the file of the paper orders that rest at a venue, such as ``prod``."""
        return self.state / f"paper_orders_{_name(environment)}.json"

    def closing_mids(self, environment: str) -> Path:
        """Return the file of the markets at a venue that had no valid closing mid."""
        return self.state / f"closing_mids_{_name(environment)}.json"

    @property
    def memos(self) -> Path:
        """Folder of the operators' override memos."""
        return self.state / "memos"

    @property
    def ledger_all(self) -> Path:
        """The aggregated ledger."""
        return self.proc / "ledger_all.parquet"

    @property
    def ledger_lock(self) -> Path:
        """Lock of whoever is changing the aggregated ledger and the paper orders."""
        return self.proc / "ledger_all.lock"

    @property
    def audit(self) -> Path:
        """Folder of the order audit trail."""
        return self.proc / "audit"

    def live_orders(self, day: date) -> Path:
        """Audit file of the live orders of the UTC date ``day``."""
        return self.audit / f"live_orders_{day:%Y%m%d}.jsonl"

    def logs(self, day: date) -> Path:
        """Folder of the pipeline logs of ``day``."""
        return self.proc / "logs" / day.isoformat()

    def table(self, source: str) -> Path:
        """Folder of one feed's point-in-time table."""
        return self.proc / _name(source)

    def calibration(self, family: str) -> Path:
        """Calibration artifact of a strategy family, such as ``cpi``."""
        return self.proc / f"{_name(family.lower())}_calib.parquet"

    @property
    def treasury_latest(self) -> Path:
        """The newest Treasury close."""
        return self.table("treasury_yields") / "latest.parquet"

    @property
    def treasury_daily(self) -> Path:
        """Folder of daily Treasury closes."""
        return self.table("treasury_yields") / "daily"

    @property
    def macro_calendar_latest(self) -> Path:
        """The calendar of macro releases, one row a day with its markers."""
        return self.table("macro_calendar") / "latest.parquet"

    def orderbook_imbalance(self, ticker: str) -> Path:
        """Return the file of the latest imbalance of one market's book."""
        return self.proc / "kalshi" / "orderbook_imbalance" / f"{_name(ticker)}.json"

    # --- what people read -----------------------------------------------------------------

    @property
    def reports(self) -> Path:
        """Folder of Markdown and JSON reports."""
        return self.root / "reports"

    @property
    def root_report(self) -> Path:
        """The summary whose monitor block ``make monitors`` refreshes."""
        return self.root / "REPORT.md"

    def report(self, series: str, day: date) -> Path:
        """Ladder report of ``series`` on ``day``, in its dated folder."""
        return self.reports / _name(series) / day.isoformat() / "REPORT.md"

    def kept_report(self, series: str, at: datetime, day: date) -> Path:
        """Return the same report's third place, below ``day``, that no run at another clock takes.

        The folder is named by the UTC clock.
        """
        return self.report(series, day).parent / f"{at.astimezone(UTC):%H%M%SZ}" / "REPORT.md"

    def flat_report(self, series: str, day: date) -> Path:
        """Return the same report's second place: a file named by its date."""
        return self.reports / _name(series) / f"{day.isoformat()}.md"

    def tearsheet(self, series: str, day: date) -> Path:
        """Tear-sheet of ``series`` on ``day``, beside its report; the desk's series is `DESK`."""
        return self.report(series, day).parent / "tearsheet.html"

    def scoreboard(self, window_days: int) -> Path:
        """Scoreboard over the last ``window_days`` days."""
        return self.reports / f"scoreboard_{window_days}d.md"

    @property
    def pilot_ready(self) -> Path:
        """Machine-readable ramp decision."""
        return self.reports / "pilot_ready.json"

    @property
    def pilot_readiness(self) -> Path:
        """The ramp decision as an operator reads it."""
        return self.reports / "pilot_readiness.md"

    def pilot_bundle(self, stamp: str) -> Path:
        """Bundle named by its ``YYYYMMDD_HHMMSS`` stamp."""
        return self.reports / f"pilot_bundle_{_name(stamp)}.tar.gz"

    @property
    def artifacts(self) -> Path:
        """Folder of machine-readable run artifacts."""
        return self.reports / "_artifacts"

    @property
    def monitors(self) -> Path:
        """Folder of monitor results."""
        return self.artifacts / "monitors"

    def monitor(self, name: str) -> Path:
        """Return the file of one monitor's result."""
        return self.monitors / f"{_name(name)}.json"

    @property
    def freshness(self) -> Path:
        """The feed freshness table."""
        return self.monitor("freshness")

    @property
    def go_no_go(self) -> Path:
        """The verdict of the latest scan."""
        return self.artifacts / "go_no_go.json"

    @property
    def pilot_session(self) -> Path:
        """Summary of the latest pilot run."""
        return self.artifacts / "pilot_session.json"

    @property
    def shipped_telemetry(self) -> Path:
        """Folder of packaged telemetry."""
        return self.artifacts / "telemetry"

    # --- what people write ----------------------------------------------------------------

    @property
    def proposals(self) -> Path:
        """Default folder of the scanner's proposals."""
        return self.root / "exec" / "proposals"

    @property
    def configs(self) -> Path:
        """Folder of the configuration files."""
        return self.root / "configs"

    def config(self, name: str) -> Path:
        """One configuration file, such as ``pal_policy``."""
        return self.configs / f"{_name(name)}.yaml"

    @property
    def dotenv_files(self) -> tuple[Path, Path]:
        """The dotenv files, the one that wins first."""
        return home.dotenv_files(self.root)
