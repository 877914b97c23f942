from __future__ import annotations

import io
import os
import pty
import subprocess
import sys
import termios
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

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


def test_a_speaker_goes_on_unheard_and_says_so_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    speak = streams.Speaker("watchdog")
    speak("session s-1 is alive")
    assert (speak.lost, capsys.readouterr()) == ("", ("session s-1 is alive\n", ""))
    monkeypatch.setattr(sys, "stdout", Full())
    for _ in range(3):
        speak("session s-1 is dead")
    assert speak.lost == "No space left on device"
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("watchdog: goes on unheard, standard output cannot be written: No space")


def test_output_that_was_lost_is_a_failure_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert streams.unheard("heartbeat: kill switch on; ", "Broken pipe") == 1
    expected = f"heartbeat: kill switch on; {streams.cannot_write('Broken pipe')}\n"
    assert capsys.readouterr().err == expected


STOP, GO_ON = b"\x13", b"\x11"
"""What Ctrl-S and Ctrl-Q send."""


class Terminal(NamedTuple):
    """A terminal: what a person sees and types, and the stream of whoever runs in it."""

    person: int
    stream: io.TextIOWrapper

    def types(self, key: bytes) -> None:
        """Send a key; the terminal acts on it before this returns."""
        os.write(self.person, key)

    def shows(self) -> str:
        """Return what was shown since the last time: something, or this waits."""
        return os.read(self.person, 1 << 16).decode()


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    person, number = pty.openpty()
    attributes = termios.tcgetattr(number)
    # No line break is turned into two letters.
    attributes[1] &= ~termios.OPOST
    termios.tcsetattr(number, termios.TCSANOW, attributes)
    with os.fdopen(number, "w", encoding="utf-8") as stream:
        yield Terminal(person, stream)
        os.write(person, GO_ON)
    os.close(person)


def test_a_stopped_terminal_holds_no_speaker_and_shows_every_line_later(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdout", terminal.stream)
    with streams.Speaker("pilot") as speak:
        speak("one")
        assert terminal.shows() == "one\n"
        terminal.types(STOP)
        speak("two")
        speak("three")
        terminal.types(GO_ON)
        speak.more()
        assert terminal.shows() == "two\nthree\n"
        terminal.types(STOP)
        speak("four")
        terminal.types(GO_ON)
    assert terminal.shows() == "four\n"
    assert speak.lost == ""


def test_a_pipe_that_nobody_empties_holds_no_speaker(monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()
    told = "".join(f"{number} {'x' * 999}\n" for number in range(200)).splitlines()
    with os.fdopen(reading) as reader, os.fdopen(writing, "w") as stream:
        monkeypatch.setattr(sys, "stdout", stream)
        speak = streams.Speaker("pilot")
        for line in told:
            speak(line)
        # More than a pipe holds was said, and none of it is read before all of it is.
        seen = [reader.readline().rstrip("\n") for _ in range(50)]
        speak.more()
        seen += [reader.readline().rstrip("\n") for _ in range(50)]
        while len(seen) < len(told):
            speak.more()
            seen.append(reader.readline().rstrip("\n"))
    assert seen == told


def test_what_is_too_much_to_keep_is_counted_in_its_place(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdout", terminal.stream)
    monkeypatch.setattr(streams, "LINES_KEPT_MAX", 2)
    speak = streams.Speaker("watchdog")
    terminal.types(STOP)
    for line in ("one", "two", "three", "four"):
        speak(line)
    terminal.types(GO_ON)
    speak("five")
    speak.finish()
    left_out = "watchdog: 2 lines left out here while nothing was taken"
    assert terminal.shows().splitlines() == ["one", "two", left_out, "five"]


def test_a_speaker_that_may_wait_says_all_at_once_and_a_silent_one_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for speak in (streams.Speaker("p", waits=True), streams.Speaker("p", silent=True)):
        speak("a line")
        speak.finish()
    assert capsys.readouterr().out == "a line\n"


def test_a_reader_who_left_while_a_line_waited_is_told_of_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    reading, writing = os.pipe()
    with os.fdopen(writing, "w") as stream:
        monkeypatch.setattr(sys, "stdout", stream)
        speak = streams.Speaker("watchdog")
        for _ in range(100):
            speak("x" * 999)
        assert speak.lost == ""
        os.close(reading)
        speak.more()
        speak("more")
        speak.finish()
        assert speak.lost == "Broken pipe"
        streams.let_go(stream)
    assert len(capsys.readouterr().err.splitlines()) == 1
