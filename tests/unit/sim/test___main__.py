from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import urllib.request
from pathlib import Path

import click
import pytest

from kalshi_alpha.sim.__main__ import main, serve

FIXTURES = Path(__file__).resolve().parents[2] / "data_fixtures"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KALSHI_ALPHA_HOME", str(tmp_path))
    return tmp_path


def _serve(*flags: str) -> int:
    return main(["serve", "--markets", str(FIXTURES), "--run-seconds", "0.01", *flags])


def test_it_says_in_one_line_that_it_is_ready(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _serve("--seed", "3", "--no-flow", "--series", "KXCPI") == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith("ready: 8 markets at http://127.0.0.1:")
    assert line.endswith(f"seed 3, mode SIM, keys in {home / 'data/sim/keys'}")
    assert (home / "data/sim/keys/keys.json").is_file()


def test_as_json_it_says_how_a_client_finds_it(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (
        _serve("--json", "--as-of", "2024-12-11T11:30:00Z", "--held", "--fault", "ack_late=0.1")
        == 0
    )
    ready = json.loads(capsys.readouterr().out)
    assert ready["now"] == "2024-12-11T11:30:00Z"
    assert set(ready["environ"]) == {
        "KALSHI_ENV",
        "KALSHI_SIM_URL",
        "KALSHI_SIM_API_KEY_ID",
        "KALSHI_SIM_PRIVATE_KEY_PEM_PATH",
    }


@pytest.mark.parametrize(
    ("flags", "code", "names"),
    [
        (["--as-of", "0001-01-01T00:00:00Z"], 2, "--as-of must be in the years 1970 to 2199"),
        (["--as-of", "0001-01-01T00:00:00+05:00"], 2, "within the years 1 to 9999"),
        (["--as-of", "9999-12-31T23:59:59Z"], 2, "--as-of must be in the years"),
        (["--as-of", "9999-12-31T23:59:59-05:00"], 2, "within the years 1 to 9999"),
        (["--pace", "nan"], 2, "--pace"),
        (["--pace", "inf"], 2, "--pace must be above zero and below"),
        (["--cash", "none"], 2, "--cash"),
        (["--cash", "0"], 2, "--cash"),
        (["--pace", "0"], 2, "--pace"),
        (["--run-seconds", "nan"], 2, "--run-seconds"),
        (["--read-lag", "-1"], 2, "--read-lag"),
        (["--fault", "meteor=1"], 2, "names: request_lost"),
        (["--fault", "ack_late"], 2, "ack_late=0.01"),
        (["--as-of", "soon"], 2, "instant"),
        (["--series", "KXNONE"], 4, "KXNONE"),
        (["--port", "70000"], 2, "--port"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(
    home: Path, capsys: pytest.CaptureFixture[str], flags: list[str], code: int, names: str
) -> None:
    assert _serve(*flags) == code
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("sim: ")
    assert names in line


def test_the_page_about_it_has_exactly_its_flags() -> None:
    page = (FIXTURES.parents[1] / "docs/how-to/practise-on-the-local-exchange.md").read_text()
    rows = re.findall(r"^\| (`--[^|]+) \|", page, re.MULTILINE)
    documented = {flag for row in rows for flag in re.findall(r"--[a-z-]+", row)}
    options = [o for o in serve.params if isinstance(o, click.Option)]
    assert documented == {flag for o in options for flag in (*o.opts, *o.secondary_opts)}


def test_a_folder_without_fixtures_is_named(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "--markets", str(home)]) == 4
    assert "manifest.json" in capsys.readouterr().err


def test_the_command_serves_until_it_is_told_to_end(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "kalshi_alpha.sim",
        "serve",
        "--json",
        "--markets",
        str(FIXTURES),
    ]
    environ = {**os.environ, "KALSHI_ALPHA_HOME": str(tmp_path)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environ, text=True) as process:
        assert process.stdout is not None
        url = json.loads(process.stdout.readline())["url"]
        with urllib.request.urlopen(f"{url}/trade-api/v2/exchange/status") as reply:  # noqa: S310
            assert json.loads(reply.read())["trading_active"] in {True, False}
        process.terminate()
        assert process.wait(5) == 0
