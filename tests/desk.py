"""A trading desk in a temporary folder: the commands, run at the reference scenario."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from kalshi_alpha.brokers.dry import DryGateway
from kalshi_alpha.core.ledger.entry import ClockSource, EntryKind, LedgerEntry, LedgerMode
from kalshi_alpha.core.orders.intent import OrderIntent
from kalshi_alpha.core.ports import Acknowledgement
from kalshi_alpha.core.types import Side
from kalshi_alpha.exec.inputs import Inputs
from kalshi_alpha.exec.pipelines import daily
from kalshi_alpha.exec.runners import scan_ladders
from kalshi_alpha.exec.scanning import Known, Scanned
from kalshi_alpha.exec.wiring import Run, wire_offline

REPOSITORY = Path(__file__).parents[1]
CLOCK = "2024-12-11T11:30:00Z"
STAMP = "2024-12-11T113000Z"
AT = datetime(2024, 12, 11, 11, 30, tzinfo=UTC)


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.out)
        return found


@dataclass
class Desk:
    """One root with its own copy of the configuration and the fixtures, free to be spoilt."""

    root: Path
    drivers: Path
    venue: Path
    captured: pytest.CaptureFixture[str]
    orders: list[OrderIntent] = field(default_factory=list)

    def daily(self, *flags: str, mode: str = "pre_cpi") -> Done:
        """Run the pipeline as `make demo` does, with further flags."""
        fixtures = ("--driver-fixtures", str(self.drivers), "--scanner-fixtures", str(self.venue))
        return self.run(daily.main, "--mode", mode, "--offline", *fixtures, *flags)

    def scan(self, *flags: str, series: str = "CPI") -> Done:
        """Run the scanner."""
        fixtures = ("--driver-fixtures", str(self.drivers), "--fixtures-root", str(self.venue))
        return self.run(scan_ladders.main, "--series", series, "--offline", *fixtures, *flags)

    def run(self, command: Callable[[list[str]], int], *argv: str) -> Done:
        self.captured.readouterr()
        code = command(list(argv))
        out, err = self.captured.readouterr()
        return Done(code, out, err)

    def files(self) -> set[str]:
        """Everything below the root but the configuration, as relative paths."""
        found = (path for path in self.root.rglob("*") if path.is_file())
        names = (path.relative_to(self.root) for path in found)
        return {name.as_posix() for name in names if name.parts[0] != "configs"}

    def json(self, path: str) -> dict[str, Any]:
        document: dict[str, Any] = json.loads((self.root / path).read_bytes())
        return document

    @property
    def verdict(self) -> dict[str, Any]:
        found: dict[str, Any] = self.json("reports/_artifacts/go_no_go.json")["series"]["CPI"]
        return found

    @property
    def reasons(self) -> list[str]:
        """The verdict's words, each once."""
        return list(dict.fromkeys(found["reason"] for found in self.verdict["reasons"]))

    def proposals(self, series: str = "CPI", stamp: str = STAMP) -> dict[str, Any]:
        return self.json(f"exec/proposals/{series}/{stamp}.json")

    def report(self, day: str = "2024-12-11") -> str:
        return (self.root / f"reports/CPI/{day}/REPORT.md").read_text()

    def ledger(self) -> pl.DataFrame:
        return pl.read_parquet(self.root / "data/proc/ledger_all.parquet")

    def edit(self, path: Path, old: str, new: str, count: int = -1) -> None:
        """Replace text in a fixture or a configuration file, and insist that it was there."""
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new, count))

    def edit_json(self, path: Path, change: Callable[[Any], None]) -> None:
        """Change a JSON file in place."""
        document = json.loads(path.read_bytes())
        change(document)
        path.write_text(json.dumps(document))

    def keep_families(self, *families: str) -> None:
        """Switch the series of every other family off."""
        path = self.root / "configs/series.yaml"
        head, *blocks = path.read_text().split("\n  - ticker:")
        kept = [
            block
            if any(f"\n    family: {family}\n" in block for family in families)
            else block.replace("enabled: true", "enabled: false")
            for block in blocks
        ]
        path.write_text("\n  - ticker:".join((head, *kept)))

    def drop_payloads(self, source: str, from_path: str = "") -> None:
        """Take payloads of a feed out of the manifest, from a path on."""

        def change(manifest: dict[str, Any]) -> None:
            manifest["payloads"] = [
                entry
                for entry in manifest["payloads"]
                if entry["source"] != source or entry["path"] < from_path
            ]

        self.edit_json(self.drivers / "manifest.json", change)


def open_desk(
    folder: Path, monkeypatch: pytest.MonkeyPatch, captured: pytest.CaptureFixture[str]
) -> Desk:
    """Set a desk up: root, environment and a broker that is watched."""
    root, elsewhere = folder / "root", folder / "elsewhere"
    elsewhere.mkdir()
    shutil.copytree(REPOSITORY / "configs", root / "configs")
    shutil.copytree(REPOSITORY / "tests/fixtures", folder / "fixtures")
    shutil.copytree(REPOSITORY / "tests/data_fixtures", folder / "data_fixtures")
    monkeypatch.setenv("KALSHI_ALPHA_HOME", str(root))
    for name in ("KALSHI_ALPHA_AS_OF", "KALSHI_ENV"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(elsewhere)
    desk = Desk(root, folder / "fixtures", folder / "data_fixtures", captured)
    rest = DryGateway.rest

    def watched(self: DryGateway, intent: OrderIntent) -> Acknowledgement:
        desk.orders.append(intent)
        return rest(self, intent)

    monkeypatch.setattr(DryGateway, "rest", watched)
    return desk


@dataclass(frozen=True)
class Morning:
    """A scan of the reference scenario with everything it was made from; not to be changed."""

    run: Run
    inputs: Inputs
    known: Known
    calibration: Any
    scanned: Scanned


def wired(root: Path, as_of: str | None = None) -> Run:
    """Wire a run that reads the repository's fixtures and writes below a root."""
    shutil.copytree(REPOSITORY / "configs", root / "configs", dirs_exist_ok=True)
    return wire_offline(
        series="CPI",
        scanner_fixtures=REPOSITORY / "tests/data_fixtures",
        driver_fixtures=REPOSITORY / "tests/fixtures",
        as_of=as_of,
        environ={"KALSHI_ALPHA_HOME": str(root)},
    )


def ledger_row(**changes: Any) -> LedgerEntry:
    """Build a ledger row of the reference morning: five NO contracts at 0.68, all filled."""
    fields: dict[str, Any] = {
        "mode": LedgerMode.OFFLINE,
        "environment": "offline",
        "clock_source": ClockSource.SET,
        "kind": EntryKind.FILLED,
        "as_of": AT,
        "run_scope": "pre_cpi",
        "series": "KXCPI",
        "event_ticker": "KXCPI-24NOV",
        "market_ticker": "KXCPI-24NOV-T0.3",
        "family": "CPI",
        "quantity": "cpi_mom",
        "risk_unit": "CPI:2024-12-11",
        "side": Side.NO,
        "strike": "> 0.3",
        "price_e4": 6800,
        "posted_e2": 500,
        "filled_e2": 500,
        "fee_e6": 19_100,
        "p": 0.72,
        "shrink": 0.9,
        "w_bin": 1.0,
        "adverse": 0.005,
        "placed_at": AT,
        "pmf_sha256": "0" * 64,
    }
    return LedgerEntry(**(fields | changes))
