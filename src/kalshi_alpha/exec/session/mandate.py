"""What a session may trade: the desk's own caps, and the share of them that the ramp allows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from kalshi_alpha.config.configuration import desk_reading, load_monitor_file
from kalshi_alpha.config.pilot import Pilot, load_pilot
from kalshi_alpha.config.pilot_baseline import require_pilot_baseline
from kalshi_alpha.config.ramp import Ramp, load_ramp, refuse_practice
from kalshi_alpha.core.errors import UsageError
from kalshi_alpha.core.gates import Reading, Verdict, time_zone_reading, verdict
from kalshi_alpha.core.gates.requirements import needs, needs_evidence
from kalshi_alpha.core.orders.caps import Caps
from kalshi_alpha.core.proposals.policy import SizingPolicy
from kalshi_alpha.core.quoting.clamp import Clamp
from kalshi_alpha.core.types import Contracts
from kalshi_alpha.datastore.state import kill_switch_state
from kalshi_alpha.exec.monitors.standing import StandingFiles
from kalshi_alpha.exec.scan_options import ScanOptions
from kalshi_alpha.exec.session.readiness import PilotTerms, ReadinessFiles, pilot_terms, practised
from kalshi_alpha.exec.session.refusal import SessionRefusal
from kalshi_alpha.exec.session.request import PilotRequest
from kalshi_alpha.exec.session.terms import pilot_caps, pilot_clamp
from kalshi_alpha.exec.wiring import Run


@dataclass(frozen=True, slots=True)
class Mandate:
    """What a session may trade.

    Attributes
    ----------
    pilot, ramp
        The desk's configuration.
    terms
        What the ramp's decision allows of it.
    """

    pilot: Pilot
    ramp: Ramp
    terms: PilotTerms = field(default_factory=PilotTerms)

    @property
    def caps(self) -> Caps:
        """The caps that every order passes at the last call."""
        return pilot_caps(self.pilot, self.terms.size)

    @property
    def clamp(self) -> Clamp:
        """Strikes and contracts in all."""
        return pilot_clamp(self.pilot, self.terms.size)

    def sizing(self, asked: SizingPolicy) -> SizingPolicy:
        """Return how quotes are sized: as was asked, up to the ramp's share of the largest order.

        A bin's cap is of the desk's own largest order, not of the share that the ramp leaves.
        """
        most = Contracts.whole(self.pilot.caps.order_contracts)
        return replace(asked, contracts=most, share=self.terms.size)

    def options(self, asked: ScanOptions) -> ScanOptions:
        """Return how ladders are scanned: as was asked, with the bins that the ramp binds."""
        return replace(asked, bins=self.terms.bins)


def mandate_of(request: PilotRequest, run: Run) -> tuple[Run, Mandate]:
    """Read what a session may trade, and return the run as what it is with it.

    Raises
    ------
    UsageError
        If the pilot's configuration does not allow the family, or evidence of practice meets a
        real venue.
    ConfigError
        If a file is absent or wrong.
    ConfigWeakened
        If a file that was given in the place of the root's own is looser than agreed.
    """
    pilot, ramp = load_pilot(request.pilot_config).value, load_ramp(run.paths.configs).value
    refuse_practice(ramp, run.venue)
    if pilot != run.settings.pilot:
        # The root's own file is judged by the gate, with everything else of its folder.
        require_pilot_baseline(pilot)
    if run.family not in pilot.series:
        allowed = ", ".join(pilot.series) or "none"
        raise UsageError(
            f"{request.pilot_config} does not allow {run.family}: its series are {allowed}"
        )
    run = practised(run, ramp)
    return run, Mandate(pilot, ramp, pilot_terms(run))


def refused_standing(run: Run, mandate: Mandate, at: datetime) -> SessionRefusal | None:
    """Return the refusal of a session that its own disk speaks against, or None to go on.

    A rehearsal of the order path alone is judged by its own gate only.
    """
    if not needs_evidence(run.action):
        return None
    found = standing_verdict(run, mandate, at)
    return None if found.go else SessionRefusal(run, found, mandate.terms)


def standing_verdict(run: Run, mandate: Mandate, at: datetime) -> Verdict:
    """Judge what lies on the desk's own disk, before any venue is asked.

    Whatever only a session can know is left out; the session's own gate asks for it.

    Raises
    ------
    ConfigError
        If the monitors' file is absent or wrong.
    """
    files = StandingFiles(run.paths, run.family, run.clock.source)
    readings: Iterable[Reading] = (
        desk_reading(run.settings, mandate.ramp, load_monitor_file(run.paths.configs)),
        kill_switch_state(run.paths.kill_switch),
        time_zone_reading(run.clock.process_offset, at),
        *files.readings(at),
        *ReadinessFiles(run, mandate.ramp).readings(at),
    )
    read = tuple(readings)
    found = verdict(run.action, read, at, files.memos(at))
    later = {
        f"{name}: not read" for name in needs(run.action).keys() - {each.name for each in read}
    }
    against = tuple(each for each in found.reasons if each.detail not in later)
    return replace(found, go=not against, reasons=against)
