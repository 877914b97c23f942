"""What a scan leaves behind: files for machines and people, a ledger, and one screen of text."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from kalshi_alpha.brokers.dry import DryGateway
from kalshi_alpha.core.ladder import interval, interval_bounds, market_probabilities
from kalshi_alpha.core.ledger.entry import LedgerEntry
from kalshi_alpha.core.ledger.rows import EventRun
from kalshi_alpha.core.ledger.support import support
from kalshi_alpha.core.proposals.proposal import Proposal
from kalshi_alpha.core.proposals.snapshot import LadderSnapshot
from kalshi_alpha.core.schedule import new_york
from kalshi_alpha.core.types import Side
from kalshi_alpha.datastore.atomic import write_atomic, write_json
from kalshi_alpha.datastore.ledger import LedgerStore
from kalshi_alpha.datastore.printing import table
from kalshi_alpha.exec.artifacts import proposals_document, proposals_path, write_go_no_go
from kalshi_alpha.exec.paper.closing_mids import ClosingMids, MidAnswer, record
from kalshi_alpha.exec.paper.ledger import (
    PaperTerms,
    intent_of,
    paper_entries,
)
from kalshi_alpha.exec.paper.orders import Tapes, due, opened, renew, rests_on_paper
from kalshi_alpha.exec.reports.ladder_picture import Rung, ladder_picture
from kalshi_alpha.exec.reports.ladder_report import ReportParts, ladder_report
from kalshi_alpha.exec.scan_options import ScanOptions
from kalshi_alpha.exec.scanning import Scanned
from kalshi_alpha.exec.settlement import settle_known
from kalshi_alpha.exec.wiring import Run
from kalshi_alpha.strategies.strategy import Strategy

EXIT_GO, EXIT_REFUSED, EXIT_FEED = 0, 3, 4


@dataclass(frozen=True, slots=True)
class Written:
    """Files written, ledger rows of this run, older rows that it settled, and closing mids.

    ``entries`` is None if no paper ledger was asked for. ``untold`` names the markets whose prints
    could not be read: paper orders that ended there are not judged yet.
    """

    files: tuple[Path, ...]
    entries: tuple[LedgerEntry, ...] | None
    settled: tuple[LedgerEntry, ...]
    closing: ClosingMids = field(default_factory=ClosingMids)
    untold: tuple[str, ...] = ()

    def and_files(self, *more: Path) -> Written:
        """Return the same with further files."""
        return replace(self, files=(*self.files, *more))


def write_decision(run: Run, scanned: Scanned, series: str, folder: Path) -> Written:
    """Write the verdict and the proposals, and hand the proposals to the dry broker.

    The verdict comes first: no proposal lies on the disk beside an older GO.
    """
    verdict = write_go_no_go(run, scanned.verdict, scanned.known.feeds, scanned.inputs)
    path = proposals_path(run, folder, series)
    write_json(path, proposals_document(run, scanned, series))
    send_dry(run, scanned.proposals)
    return Written((path, verdict), None, ())


def send_dry(run: Run, proposals: Sequence[Proposal]) -> DryGateway:
    """Hand the proposals to the dry broker, which sends nothing."""
    gateway = DryGateway()
    for proposal in proposals:
        gateway.rest(intent_of(proposal, run.clock.at))
    return gateway


def write_ledger(
    run: Run,
    scanned: Scanned,
    strategy: Strategy,
    options: ScanOptions,
    run_scope: str,
    before: Written,
    tapes: Tapes = MappingProxyType({}),
    closing: Iterable[MidAnswer] = (),
) -> Written:
    """Rest the proposals on paper, settle what is known, and refresh the ledger and its copies.

    A repeated run replaces the rows of its former self, also where it now proposes nothing. At a
    real venue the orders are kept until their end, and ``tapes`` tells what filled older ones;
    ``closing`` is what the venue said of closing mids.
    """
    ends = [p.closes_at for p in scanned.proposals]
    if scanned.known.phase.rests_until is not None:
        ends.append(scanned.known.phase.rests_until)
    terms = PaperTerms(
        alpha=scanned.alpha,
        mode=options.slippage_mode,
        curve=scanned.curve,
        expires_at=min(ends, default=run.clock.at),
        balance_step_e6=scanned.policy.balance_step_e6,
        run_scope=run_scope,
    )
    # What may only be looked at rests nowhere, on paper neither.
    resting = () if scanned.dry_only else scanned.proposals
    entries = paper_entries(run, resting, scanned.snapshots, scanned.forecasts.forecasts, terms)
    store = LedgerStore(run.paths)
    repeated = {
        EventRun(run.ledger_mode, run.environment, s.ladder.event_ticker, run.clock.at, run_scope)
        for s in scanned.snapshots
    }
    untold: set[str] = set()
    with store.alone():
        # Orders first: a run that dies here has orders to judge and no rows, never the reverse.
        if rests_on_paper(run):
            forecasts = scanned.forecasts.forecasts
            renew(run, store, opened(run, resting, scanned.snapshots, forecasts, terms), tapes)
            untold = {order.intent.ticker for order in due(run)}
        if entries or run.paths.ledger_all.exists():
            store.replace_runs(entries, run.clock.at, repeated)
        mids = record(run, store, closing)
        settled = settle_known(run, strategy, scanned.snapshots, store)
    copies = store.write_artifacts(entries, f"paper_ledger_{run.family}", run.clock.at)
    ledger = (run.paths.ledger_all,) if run.paths.ledger_all.exists() else ()
    written = replace(
        before, entries=entries, settled=settled, closing=mids, untold=tuple(sorted(untold))
    )
    return written.and_files(*copies, *ledger)


def write_report(run: Run, scanned: Scanned, before: Written) -> Written:
    """Write the report to its three places, with its pictures beside each.

    A later run of the day takes the first two; the third keeps what was said at this clock.
    """
    day = new_york(run.clock.at).date()
    series = run.settings.series.families[run.family].report
    report, flat = run.paths.report(series, day), run.paths.flat_report(series, day)
    kept = run.paths.kept_report(series, run.clock.at, day)
    pictures: dict[str, str] = {}
    for snapshot in scanned.snapshots:
        event = snapshot.ladder.event_ticker
        pictures[event] = f"{day}-{event}.svg"
        drawn = _picture(run, scanned, snapshot).encode()
        for folder in (report.parent, flat.parent, kept.parent):
            write_atomic(folder / pictures[event], drawn)
    parts = ReportParts(
        entries=before.entries,
        settled=before.settled,
        pictures=pictures,
        support=support(LedgerStore(run.paths).entries(), run.family),
    )
    text = ladder_report(run, scanned, parts).encode()
    for path in (kept, report, flat):
        write_atomic(path, text)
    return before.and_files(kept, report, flat)


def _picture(run: Run, scanned: Scanned, snapshot: LadderSnapshot) -> str:
    ladder = snapshot.ladder
    quotes = {
        p.market_ticker: (p.side, p.price.dollars if p.side is Side.YES else 1 - p.price.dollars)
        for p in (*scanned.proposals, *scanned.withheld)
    }
    probs = _yes_probs(scanned, snapshot)
    rungs = [
        Rung(
            label=str(market.strike),
            model=probs.get(market.ticker),
            bid=_dollars(snapshot, market.ticker, ask=False),
            ask=_dollars(snapshot, market.ticker, ask=True),
            quote=quotes.get(market.ticker),
        )
        for market in sorted(ladder.markets, key=lambda m: m.strike.floor or m.strike.cap or 0)
    ]
    stamp = f"{run.clock.at:%Y-%m-%d %H:%M} UTC"
    return ladder_picture(
        f"{ladder.event_ticker}: book against model",
        f"{ladder.quantity}, {ladder.grid.unit}; {len(rungs)} markets; {stamp}; {run.mode}",
        rungs,
    )


def _yes_probs(scanned: Scanned, snapshot: LadderSnapshot) -> Mapping[str, float]:
    key = (snapshot.ladder.quantity, snapshot.period)
    markets = snapshot.ladder.markets
    for forecast in scanned.forecasts.forecasts:
        if (forecast.quantity, forecast.period) == key:
            bounds = interval_bounds([interval(m.strike, snapshot.ladder.grid) for m in markets])
            probs = market_probabilities(forecast.pmf.probs, forecast.pmf.lo, *bounds)
            return {m.ticker: p for m, p in zip(markets, probs.tolist(), strict=True)}
    return {}


def _dollars(snapshot: LadderSnapshot, ticker: str, *, ask: bool) -> float | None:
    book = snapshot.books.get(ticker)
    if book is None:
        return None
    price = book.best_yes_ask if ask else book.best_yes_bid
    return None if price is None else price.dollars


def exit_code(scanned: Scanned) -> int:
    """Return the scan's exit code: a failed feed beats a refusal of the gate."""
    if any(summary.errors for summary in scanned.known.ingested):
        return EXIT_FEED
    return EXIT_GO if scanned.verdict.go else EXIT_REFUSED


def scan_document(run: Run, scanned: Scanned, series: str, written: Written) -> dict[str, Any]:
    """Return what ``--json`` prints: the proposals' document and the files written."""
    files = [str(path) for path in written.files]
    return {**proposals_document(run, scanned, series), "files": files}


def _proposal_lines(proposals: Sequence[Proposal]) -> list[str]:
    if proposals and sys.stdout.isatty():
        head = ("market", "side", "contracts", "price $", "honest edge, cents")
        rows = (
            (
                p.market_ticker,
                p.side.value.upper(),
                str(p.contracts),
                str(p.price),
                f"{100 * p.ev_honest:+.2f}",
            )
            for p in proposals
        )
        return table(head, rows)
    return [
        f"  {p.market_ticker:<22} {p.side.value.upper():<3} {p.contracts} @ {p.price}  "
        f"honest edge {100 * p.ev_honest:+.2f} c"
        for p in proposals
    ]


def summary(run: Run, scanned: Scanned, written: Written) -> str:
    """Return one screen: mode, verdict, proposals, and what was written where."""
    decision = scanned.verdict
    said = "GO" if decision.go else f"NO-GO ({', '.join(decision.words)})"
    lines = [
        f"{run.family} {run.mode} {run.clock.at:%Y-%m-%dT%H:%M:%SZ}: {said}",
        f"{len(scanned.proposals)} proposals, {len(scanned.passed)} markets not traded",
        *([] if scanned.dry_only is None else [f"dry only: {scanned.dry_only}"]),
    ]
    lines += _proposal_lines(scanned.proposals)
    lines += [f"  {found.reason.value}: {found.detail}" for found in decision.reasons]
    lines += [written.closing.line] if written.closing.line else []
    if written.untold:
        lines.append(f"paper orders not judged yet, no prints of: {', '.join(written.untold)}")
    lines += [f"wrote {path}" for path in written.files]
    return "\n".join(lines)
