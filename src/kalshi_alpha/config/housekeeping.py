"""``configs/housekeeping.yaml``: for how long raw payloads and logs are kept, and in what form."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec

from kalshi_alpha.config.loading import Loaded, load
from kalshi_alpha.core.errors import BadParameter

TELEMETRY_KEPT_DAYS = 14
"""The log rotation keeps so many days in place, and monitors and bundles count on them."""


class RawPayloads(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Payloads of the feeds: days for which every one is kept."""

    keep_all_days: int

    def __post_init__(self) -> None:
        if self.keep_all_days < 1:
            raise BadParameter("keep_all_days must be at least 1")


class Aging(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Files that are compressed first and removed later; days since the day they are of."""

    compress_after_days: int
    remove_after_days: int

    def __post_init__(self) -> None:
        if not 1 <= self.compress_after_days < self.remove_after_days:
            raise BadParameter("days must be 1 <= compress_after_days < remove_after_days")


class Telemetry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Telemetry: days in place, and days until the packages of the shipper go."""

    keep_days: int
    remove_packages_after_days: int

    def __post_init__(self) -> None:
        if self.keep_days < TELEMETRY_KEPT_DAYS:
            raise BadParameter(f"keep_days must be at least {TELEMETRY_KEPT_DAYS}")
        if self.remove_packages_after_days <= self.keep_days:
            raise BadParameter("remove_packages_after_days must be above keep_days")


class Housekeeping(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Everything that ``housekeeping.yaml`` decides; sizes in megabytes of 1e6 bytes."""

    schema: Literal[1]
    daily_limit_mb: float
    raw_payloads: RawPayloads
    book_frames: Aging
    logs: Aging
    telemetry: Telemetry

    def __post_init__(self) -> None:
        # Stated as what must hold, so that a NaN fails too.
        if not 0.0 < self.daily_limit_mb < float("inf"):
            raise BadParameter("daily_limit_mb must be above 0")

    @property
    def settled_after_days(self) -> int:
        """Days after which nothing more is done to a day but to remove what is left of it."""
        return max(
            self.raw_payloads.keep_all_days,
            self.book_frames.compress_after_days,
            self.logs.compress_after_days,
            self.telemetry.keep_days,
        )


def load_housekeeping(path: Path) -> Loaded[Housekeeping]:
    """Read the rules.

    Raises
    ------
    ConfigError
        If the file is absent or wrong.
    """
    return load(path, Housekeeping)
