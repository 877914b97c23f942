from __future__ import annotations

from pathlib import Path

from desk import REPOSITORY
from kalshi_alpha.config.configuration import load_configuration
from kalshi_alpha.core.errors import ConfigError
from kalshi_alpha.exec.doctor.finding import Status
from kalshi_alpha.exec.doctor.settings import configuration, guardrails


def test_a_configuration_is_told_or_what_is_wrong_with_it() -> None:
    folder = REPOSITORY / "configs"
    assert configuration(load_configuration(folder), folder).found == f"9 files in {folder}"
    error = ConfigError("portfolio.yaml: unknown key; did you mean bankroll_usd")
    found = configuration(error, Path("configs"))
    assert (found.status, found.found) == (Status.FAIL, "portfolio.yaml: unknown key")


def test_every_loosened_guardrail_is_named() -> None:
    assert guardrails(()).status is Status.OK
    assert guardrails(None).status is Status.NOT_APPLICABLE
    assert guardrails(("a is above b", "c is below d")).found == "a is above b; c is below d"
