"""The log of a pipeline run: one JSON file, a record a step, written even when a step fails."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kalshi_alpha.core.errors import KalshiAlphaError
from kalshi_alpha.core.schedule import new_york
from kalshi_alpha.datastore.atomic import write_json
from kalshi_alpha.datastore.printing import progress
from kalshi_alpha.exec.artifacts import plain
from kalshi_alpha.exec.wiring import Run

SCHEMA = 1


@dataclass(slots=True)
class StepLog:
    """Collects what each step did; ``write`` puts it into the day's log folder."""

    run: Run
    mode: str
    steps: list[dict[str, Any]] = field(default_factory=list)
    scan_notes: list[str] = field(default_factory=list)

    @contextmanager
    def step(self, name: str) -> Iterator[dict[str, Any]]:
        """Record a step; what the caller puts into the mapping becomes its facts.

        An error on purpose is recorded with its exit code and goes on to the caller.
        """
        facts: dict[str, Any] = {}
        began = time.perf_counter()
        record: dict[str, Any] = {"step": name, "ok": False, "facts": facts}
        self.steps.append(record)
        try:
            with progress(f"{self.run.family}: {name}"):
                yield facts
            record["ok"] = True
        except KalshiAlphaError as error:
            record["error"] = {
                "type": type(error).__name__,
                "message": str(error),
                "exit_code": error.exit_code,
            }
            raise
        finally:
            record["duration_ms"] = round(1000 * (time.perf_counter() - began), 1)

    def write(self, exit_code: int) -> Path:
        """Write the log and return where it is."""
        at = self.run.clock.at
        folder = self.run.paths.logs(new_york(at).date())
        path = folder / f"daily_{self.mode}_{at:%Y%m%dT%H%M%SZ}.json"
        write_json(
            path,
            {
                "schema": SCHEMA,
                "generated_at": plain(at),
                "clock_source": self.run.clock.source.value,
                "mode": self.mode,
                "data_mode": self.run.data_mode.value.upper(),
                "exit_code": exit_code,
                "scan_notes": self.scan_notes,
                "steps": self.steps,
            },
        )
        return path
