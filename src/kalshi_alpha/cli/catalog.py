"""Every command of ``kalshi-alpha``: where it is found, what it is for, and an example of it.

Nothing is imported from here: the help is printed before any command is loaded.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """One command.

    Attributes
    ----------
    target
        Where its click object is: ``module:attribute``.
    summary
        One line for the list of commands.
    examples
        Lines that can be typed, by subcommand; ``""`` for the command itself.
    reads_dotenv
        Whether the dotenv files are read into the environment first, as the module does by itself
        when it is run with ``python -m``. Commands that judge these files read them themselves.
    """

    target: str
    summary: str
    examples: tuple[tuple[str, str], ...]
    reads_dotenv: bool = True

    @property
    def module(self) -> str:
        """The module that is also run with ``python -m``."""
        return self.target.partition(":")[0].removesuffix(".__main__")


def _one(target: str, summary: str, *examples: str, reads_dotenv: bool = True) -> Entry:
    return Entry(f"kalshi_alpha.{target}", summary, tuple(("", e) for e in examples), reads_dotenv)


def _group(target: str, summary: str, *, reads_dotenv: bool = True, **examples: str) -> Entry:
    named = tuple((name.replace("_", "-"), line) for name, line in examples.items())
    return Entry(f"kalshi_alpha.{target}", summary, named, reads_dotenv)


START: dict[str, Entry] = {
    "demo": _one(
        "cli.demo:command",
        "Run the four pipelines offline, each at its scenario's clock.",
        "kalshi-alpha demo --into kalshi-alpha-demo",
        reads_dotenv=False,
    ),
    "init": _one(
        "cli.init:command",
        "Write the default configuration into a root.",
        "kalshi-alpha init desk",
        reads_dotenv=False,
    ),
    "doctor": _one(
        "exec.doctor.__main__:command",
        "Check this installation and desk; say cause and remedy.",
        "kalshi-alpha doctor",
        reads_dotenv=False,
    ),
    "config": _group(
        "config.__main__:cli",
        "Show every setting and where it comes from.",
        show="kalshi-alpha config show --origin",
        reads_dotenv=False,
    ),
    "completion": _one(
        "cli.completion:command",
        "Print the completion script of a shell.",
        'eval "$(kalshi-alpha completion bash)"',
        reads_dotenv=False,
    ),
}

LOOK: dict[str, Entry] = {
    "status": _one(
        "cli.status:command",
        "The desk on one screen; --watch keeps it current.",
        "kalshi-alpha status",
        "kalshi-alpha status --watch --interval 5",
    ),
    "dashboard": _one(
        "web.dashboard.__main__:command",
        "The desk as a page in a browser, on loopback.",
        "kalshi-alpha dashboard",
    ),
    "explain": _one(
        "exec.explain.__main__:command",
        "From distribution to decision, for every market of a series.",
        "kalshi-alpha explain KXCPI",
    ),
    "report": _one(
        "exec.tearsheet.__main__:command",
        "Write the tear-sheets of series and desk.",
        "kalshi-alpha report",
    ),
    "scoreboard": _one(
        "exec.scoreboard:cli",
        "Regenerate the scoreboards from the ledger.",
        "kalshi-alpha scoreboard --window 7 --window 30",
    ),
    "monitors": _one(
        "exec.monitors.cli:cli",
        "Run every monitor: files, alert log, messages.",
        "kalshi-alpha monitors",
    ),
}

TRADE: dict[str, Entry] = {
    "ingest": _one(
        "datastore.ingest:cli",
        "Take feed payloads into the point-in-time tables.",
        "kalshi-alpha ingest --all --online",
        reads_dotenv=False,
    ),
    "scan": _one(
        "exec.runners.scan_ladders:cli",
        "Price, size and propose orders for a series' ladders.",
        "kalshi-alpha scan --series CPI --offline",
    ),
    "daily": _one(
        "exec.pipelines.daily:cli",
        "Ingest, calibrate, judge the window, scan, report.",
        "kalshi-alpha daily --mode pre_cpi --offline --report --paper-ledger",
    ),
    "ready": _one(
        "exec.reports.ramp:cli",
        "Decide whether a pilot may be held, and how large.",
        "kalshi-alpha ready --plan",
    ),
    "pilot": _one(
        "exec.runners.pilot:cli",
        "Quote one series within the pilot's caps, then compare.",
        "kalshi-alpha pilot --series KXCPI --env sim --seed 3",
    ),
    "orders": _group(
        "exec.orders:cli",
        "List, reconcile or cancel the account's orders.",
        list="kalshi-alpha orders list",
        reconcile="kalshi-alpha orders reconcile --env demo",
        cancel_all="kalshi-alpha orders cancel-all --env demo",
    ),
    "kill": _group(
        "cli.kill:command",
        "Stop every submission, at once: on, off, status.",
        reads_dotenv=False,
        on='kalshi-alpha kill on --note "books look wrong"',
        off="kalshi-alpha kill off",
        status="kalshi-alpha kill status",
    ),
}

PROVE: dict[str, Entry] = {
    "evaluate": _one(
        "exec.evaluate:cli",
        "Replay history and score the forecasts.",
        "kalshi-alpha evaluate --family CPI --data history",
    ),
    "record": Entry(
        "kalshi_alpha.exec.record:cli",
        "Record the books and trades of a family, day by day.",
        (
            ("", "kalshi-alpha record --series CPI --env demo --run-seconds 600"),
            ("seal", "kalshi-alpha record seal --series CPI --env demo"),
            ("verify", "kalshi-alpha record verify --series CPI --env demo"),
        ),
    ),
    "backtest": _one(
        "exec.backtest.__main__:cli",
        "Replay the tape through the chain that trades.",
        "kalshi-alpha backtest --family WEATHER --data history --data data/market",
    ),
    "worlds": _one(
        "exec.worlds.__main__:cli",
        "Live through years whose truth is known.",
        "kalshi-alpha worlds --world noise --seeds 2",
    ),
    "bundle": Entry(
        "kalshi_alpha.exec.pilot_bundle:cli",
        "Bundle the pilot's decision with what it rests on.",
        (
            ("", "kalshi-alpha bundle"),
            ("verify", "kalshi-alpha bundle verify reports/pilot_bundle_20241211_120000.tar.gz"),
        ),
    ),
}

VENUE: dict[str, Entry] = {
    "sim": _group(
        "sim.__main__:cli",
        "Run a local exchange to practise on.",
        reads_dotenv=False,
        serve="kalshi-alpha sim serve --port 8765 --seed 3",
        demo_account="kalshi-alpha sim demo-account --root practice",
    ),
}

GROUPS: dict[str, dict[str, Entry]] = {
    "Start here": START,
    "Look": LOOK,
    "Trade": TRADE,
    "Prove": PROVE,
    "Run the venue": VENUE,
}
"""Headings of the help, in the order in which somebody needs them."""

ENTRIES: dict[str, Entry] = {name: e for group in GROUPS.values() for name, e in group.items()}
