from __future__ import annotations

from pathlib import Path

import pytest

from kalshi_alpha.config.environment import KalshiEnv
from kalshi_alpha.exec.doctor.finding import Status
from kalshi_alpha.exec.doctor.venue import environment, venue_address


@pytest.mark.parametrize(
    ("variables", "status", "said"),
    [
        ({}, Status.OK, "KALSHI_ENV is not set: nothing is sent anywhere"),
        ({"KALSHI_ENV": "demo"}, Status.OK, "KALSHI_ENV is demo"),
        ({"KALSHI_ENV": "live"}, Status.FAIL, "KALSHI_ENV must be one of prod, demo, sim"),
        (
            {"KALSHI_ENV": "prod", "KALSHI_ALPHA_AS_OF": "2024-12-11T11:30:00Z"},
            Status.FAIL,
            "the clock cannot be set with KALSHI_ENV=prod",
        ),
        ({"KALSHI_ALPHA_AS_OF": "2024-12-11T11:30:00Z"}, Status.OK, "the clock is set to 2024"),
        ({"KALSHI_ALPHA_AS_OF": "noon"}, Status.FAIL, "not an instant"),
    ],
)
def test_variables_are_judged_as_every_command_does(
    variables: dict[str, str], status: Status, said: str
) -> None:
    found = environment(variables, ())
    assert found.status is status
    assert said in found.found


def test_a_dotenv_file_counts_and_may_not_move_the_root(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text("KALSHI_ENV=demo\n")
    assert environment({}, [path]).found == "KALSHI_ENV is demo"
    assert environment({"KALSHI_ENV": "sim"}, [path]).found == "KALSHI_ENV is sim"
    path.write_text("KALSHI_ALPHA_HOME=elsewhere\n")
    found = environment({}, [path])
    assert found.status is Status.FAIL
    assert found.remedy == "remove it"


def test_an_address_belongs_to_its_environment() -> None:
    assert venue_address(None, {}).status is Status.NOT_APPLICABLE
    assert venue_address(KalshiEnv.DEMO, {}).status is Status.OK
    assert venue_address(KalshiEnv.PROD, {"KALSHI_VENUE_HOSTS": "other"}).status is Status.FAIL
    assert venue_address(KalshiEnv.SIM, {}).status is Status.FAIL
