from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from kalshi_alpha.config.origins import Valued, configured, from_environment, own_secrets
from kalshi_alpha.core.errors import ConfigError

CONFIGS = Path(__file__).resolve().parents[3] / "configs"
ENVIRONMENT = "environment"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    shutil.copytree(CONFIGS, tmp_path / "configs")
    return tmp_path


def test_every_value_of_a_file_is_named_with_its_line(root: Path) -> None:
    lines = (root / "configs/pilot.yaml").read_text().splitlines()
    found = [each for each in configured(root) if each.place == "configs/pilot.yaml"]
    assert {each.key for each in found} >= {"schema", "caps.bins", "group.contracts_in_15_s"}
    for each in found:
        place, _, number = each.origin.partition(":")
        assert place == each.place
        assert f"{each.key.rpartition('.')[2]}:" in lines[int(number) - 1]


def test_what_a_file_leaves_out_is_a_default(root: Path) -> None:
    path = root / "configs/monitors.yaml"
    kept = [line for line in path.read_text().splitlines() if "auth_rejects" not in line]
    path.write_text("\n".join(kept))
    [found] = [each for each in configured(root) if each.key == "thresholds.auth_rejects"]
    assert found == Valued("configs/monitors.yaml", "thresholds.auth_rejects", 3, "default")


def test_a_list_of_sections_is_shown_value_by_value(root: Path) -> None:
    found = {each.key: each for each in configured(root) if each.place == "configs/series.yaml"}
    assert found["series[0].ticker"].value == "KXCPI"
    assert found["series[0].feeds"].value == [
        *("bls_cpi.latest_release", "cleveland_nowcast.monthly", "aaa_gas.daily")
    ]


def test_the_process_wins_over_local_which_wins_over_shared(root: Path) -> None:
    (root / ".env.local").write_text("# mine\nKALSHI_ENV=demo\nKALSHI_B=local\n")
    (root / ".env").write_text("KALSHI_B=shared\nKALSHI_C=shared\nOTHER=1\n")
    environ = {"KALSHI_ENV": "sim", "TZ": "America/New_York", "HOME": "elsewhere"}
    found = {each.key: (each.value, each.origin) for each in from_environment(root, environ)}
    assert found == {
        "KALSHI_ENV": ("sim", ENVIRONMENT),
        "KALSHI_B": ("local", ".env.local:3"),
        "KALSHI_C": ("shared", ".env:2"),
        "TZ": ("America/New_York", ENVIRONMENT),
        "KALSHI_ALPHA_AS_OF": (None, "default"),
        "KALSHI_ALPHA_HOME": (None, "default"),
        "CREDENTIALS_DIRECTORY": (None, "default"),
    }


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("KALSHI_API_KEY_ID", "a952bcbe-ec3b-4b5b-b8f9-11dae589608c", "****"),
        ("KALSHI_PROD_API_KEY_ID", "short", "****"),
        ("KALSHI_MONITOR_SLACK_WEBHOOK", "https://chat.example/services/T0/B0/x", "****"),
        ("KALSHI_MONITOR_NOTIFY_URL", "discord://4174216298/example-token", "****"),
        ("KALSHI_MONITOR_NOTIFY_URL", "pover://user@example-token", "****"),
        ("KALSHI_PASSWORD", "12", "****"),
        ("KALSHI_PRIVATE_KEY_PEM_PATH", "/keys/demo.pem", "/keys/demo.pem"),
    ],
)
def test_a_secret_is_masked_wherever_it_stands(
    root: Path, name: str, value: str, shown: str
) -> None:
    (root / ".env.local").write_text(f"{name}={value}\n")
    for environ in ({name: value}, {}):
        found = {each.key: each.value for each in from_environment(root, environ)}
        assert found[name] == shown


def test_the_desks_own_secrets_are_known_by_value(root: Path) -> None:
    (root / ".env.local").write_text("KALSHI_DEMO_API_KEY_ID=from-the-file\nKALSHI_ENV=demo\n")
    environ = {"KALSHI_API_KEY_ID": "from-the-process", "KALSHI_PASSWORD": "short"}
    assert own_secrets(root, environ | {"OTHER_TOKEN": "somebody-elses"}) == {
        "KALSHI_API_KEY_ID": "from-the-process",
        "KALSHI_DEMO_API_KEY_ID": "from-the-file",
    }


def test_a_dotenv_file_that_moves_the_root_is_refused(root: Path) -> None:
    (root / ".env").write_text("KALSHI_ALPHA_HOME=elsewhere\n")
    with pytest.raises(ConfigError, match="KALSHI_ALPHA_HOME"):
        list(from_environment(root, {}))
