from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from kalshi_alpha.datastore import streams


class Full(io.StringIO):
    """A stream on a disk without room."""

    def write(self, _text: str) -> int:
        raise OSError(28, "No space left on device")


def closed() -> io.StringIO:
    stream = io.StringIO()
    stream.close()
    return stream


@pytest.mark.parametrize(
    ("stream", "why"),
    [
        (None, "it is closed"),
        (closed(), "it is closed"),
        (Full(), "No space left on device"),
    ],
)
def test_what_cannot_be_written_is_told_and_never_raised(
    monkeypatch: pytest.MonkeyPatch, stream: io.StringIO | None, why: str
) -> None:
    monkeypatch.setattr(sys, "stdout", stream)
    monkeypatch.setattr(sys, "stderr", stream)
    assert streams.say("kill switch on\n") == why
    streams.complain("standard error is no better\n")
    assert streams.cannot_write(why).startswith(f"standard output cannot be written: {why}; let ")


def test_what_can_be_written_is_written_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert streams.say("one\n") == ""
    streams.complain("two\n")
    assert capsys.readouterr() == ("one\n", "two\n")


def test_a_letter_that_the_terminal_does_not_know_costs_no_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shown = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(shown, encoding="ascii"))
    assert streams.say("on: /srv/é\udcff\n") == ""
    assert shown.getvalue() == b"on: /srv/\\xe9\\udcff\n"


def test_a_closed_stream_is_no_number_for_the_next_file(tmp_path: Path) -> None:
    code = (
        "import os, sys; from kalshi_alpha.datastore.streams import open_streams, say, unheard\n"
        "open_streams(); open_streams()\n"
        f"with open({str(tmp_path / 'journal')!r}, 'w') as file:\n"
        "    file.write(f'{file.fileno()} {say(\"x\")} {sys.stdin.read()!r}')\n"
        "unheard('x: ', 'closed'); os.write(1, b'spoilt')"
    )
    line = 'exec "$0" -c "$1" <&- >&- 2>&-'
    done = subprocess.run(["sh", "-c", line, sys.executable, code], env=os.environ, check=False)
    assert (tmp_path / "journal").read_text() == "3 it is closed ''"
    assert done.returncode == 0


def test_output_that_was_lost_is_a_failure_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert streams.unheard("heartbeat: kill switch on; ", "Broken pipe") == 1
    expected = f"heartbeat: kill switch on; {streams.cannot_write('Broken pipe')}\n"
    assert capsys.readouterr().err == expected
