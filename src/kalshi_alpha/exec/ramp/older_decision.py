"""The decision that stands while another one is made: no GO outlives the start of a reading."""

from __future__ import annotations

from dataclasses import dataclass
from types import TracebackType

from msgspec import structs

from kalshi_alpha.config.ramp import Ramp
from kalshi_alpha.core.errors import (
    ConfigError,
    ConfigWeakened,
    DataError,
    FutureData,
    MissingData,
    NewerSchema,
    UsageError,
)
from kalshi_alpha.core.gates import Reason
from kalshi_alpha.core.ledger.entry import ClockSource
from kalshi_alpha.datastore.artifacts import END_OF_TIME
from kalshi_alpha.datastore.atomic import encode_json, write_atomic
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.exec.clock import RunClock
from kalshi_alpha.exec.ramp.declarations import remembered_declarations
from kalshi_alpha.exec.ramp.memory import Memory
from kalshi_alpha.exec.ramp.readiness import (
    SCHEMA,
    Ages,
    BinRow,
    DataFreshness,
    Overall,
    Readiness,
    ReasonRow,
    SeriesReadiness,
    read_readiness,
)
from kalshi_alpha.exec.ramp.under_way import Mark
from kalshi_alpha.exec.reports.readiness_page import readiness_page

_BEGUN = "the ramp began to decide and has not ended; if none runs, run make pilot-readiness"
_REASONS: tuple[tuple[type[BaseException], Reason], ...] = (
    (ConfigWeakened, Reason.CONFIG_WEAKENED),
    (ConfigError, Reason.CONFIG_UNREADABLE),
    (MissingData, Reason.READING_MISSING),
    (FutureData, Reason.FUTURE_DATED),
    (NewerSchema, Reason.NEWER_SCHEMA),
)


@dataclass(slots=True)
class OlderDecision:
    """Puts NO-GO in the place of an older decision before what decides anew reads, or if it fails.

    A run that is killed therefore leaves NO-GO. A session that runs meanwhile goes on by the older
    decision until the new one is written: see `kalshi_alpha.exec.ramp.under_way`. A wrong command
    line decides nothing and fails nothing: it leaves the file as it is, and so does a run that
    found none.

    Parameters
    ----------
    paths, clock
        Where the decision lies, and the clock of the new one.
    """

    paths: Paths
    clock: RunClock
    _mark: Mark | None = None
    _memory: Memory | None = None

    def put_aside(self) -> Memory:
        """Put NO-GO in the place of the older decision, and return what is remembered of it.

        A first decision is marked as being made too: two of them at once would both be the first,
        and the slower one's GO would replace what the other found later.

        Raises
        ------
        DecisionUnderWay
            If another run has been deciding for too long.
        """
        self._mark = Mark.begin(self.paths.pilot_ready)
        self._memory = Memory.read(self.paths.pilot_ready, self.clock)
        if not self._stands:
            return self._memory
        begun = ReasonRow(reason=Reason.READING_UNREADABLE.value, detail=_BEGUN)
        self._replace(self._memory, begun)
        return self._memory

    def require_replaceable(self, ramp: Ramp) -> None:
        """Return unless a clock that somebody set is about to replace a decision of the system's.

        Below a root for practice it may: no money is ever sent by what is decided there.

        Raises
        ------
        UsageError
            If it is.
        """
        if self.clock.source is not ClockSource.SET or ramp.evidence.practice:
            return
        path = self.paths.pilot_ready
        try:
            found = read_readiness(path, END_OF_TIME, None)
        except DataError:
            return
        if found.clock_source == ClockSource.SYSTEM:
            raise UsageError(
                f"{path} was decided under the system's clock, and a set one may not replace it: "
                "name another root in KALSHI_ALPHA_HOME, or drop --as-of and KALSHI_ALPHA_AS_OF"
            )

    def __enter__(self) -> OlderDecision:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if error is not None and not isinstance(error, UsageError) and self._stands:
                memory = self._memory or Memory.read(self.paths.pilot_ready, self.clock)
                self._replace(memory, _reason(error, self.paths))
        finally:
            if self._mark is not None:
                self._mark.end()

    @property
    def _stands(self) -> bool:
        return self.paths.pilot_ready.exists() or self.paths.pilot_readiness.exists()

    def _replace(self, memory: Memory, reason: ReasonRow) -> None:
        paths, found = self.paths, no_go(memory, reason)
        try:
            write_atomic(paths.pilot_ready, encode_json(found))
            write_atomic(paths.pilot_readiness, readiness_page(found).encode())
        except OSError:
            # A disk that takes no NO-GO must not keep the GO either.
            paths.pilot_ready.unlink(missing_ok=True)
            paths.pilot_readiness.unlink(missing_ok=True)
            raise


def _reason(error: BaseException, paths: Paths) -> ReasonRow:
    reason = next((word for kind, word in _REASONS if isinstance(error, kind)), None)
    said = str(error).strip().replace(f"{paths.root}/", "") or type(error).__name__
    return ReasonRow(
        reason=(reason or Reason.READING_UNREADABLE).value,
        detail=f"the ramp could not decide: {said.splitlines()[0]}",
    )


def no_go(memory: Memory, reason: ReasonRow) -> Readiness:
    """Return NO-GO for every family of the last decision; what rises slowly is still remembered."""
    at, source, last = memory.clock.at, memory.clock.source.value, memory.last
    overall = Overall(
        go=False,
        no_go=True,
        decision="NO-GO",
        global_reasons=(reason.reason,),
        global_details=(reason,),
        sequential_alert_series=(),
        freeze_violation_series=(),
        panic_backoff=False,
        size_multiplier=0.0,
    )
    return Readiness(
        schema=SCHEMA,
        generated_at=at,
        clock_source=source,
        practice=last.practice if last else False,
        label=last.label if last else "",
        overall=overall,
        policy=last.policy if last else {},
        freshness=Ages(
            ledger_age_minutes=None,
            monitors_age_minutes=None,
            ledger_generated_at=None,
            monitors_generated_at=None,
        ),
        data_freshness=DataFreshness(required_feeds_ok=False, feeds=()),
        series=tuple(_stopped(each, memory, reason) for each in last.series) if last else (),
        inputs={"previous_decision": {"generated_at": memory.made_at, "problem": memory.problem}},
        declarations=tuple(remembered_declarations(memory.known).values()),
    )


def _stopped(each: SeriesReadiness, memory: Memory, reason: ReasonRow) -> SeriesReadiness:
    day_start = memory.weights(each.series)

    def of_the_day(row: BinRow) -> BinRow:
        return structs.replace(row, weight_day_start=day_start[row.key(each.series)])

    return structs.replace(
        each,
        go=False,
        decision="NO-GO",
        safety_go=False,
        reasons=(reason,),
        size_multiplier=0.0,
        size_day_start=memory.size(each.series),
        ev_honesty_bins=tuple(of_the_day(row) for row in each.ev_honesty_bins),
    )
