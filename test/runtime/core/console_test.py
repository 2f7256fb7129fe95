"""What a person reads, on a terminal, in a log and on the page of a job."""

from __future__ import annotations

from pathlib import Path

import pytest

from wheel_pipeline.core.console import Console, add_summary, columns, console, duration, set_outputs


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.04, "0.0 s"), (9.94, "9.9 s"), (12.4, "12 s"), (185, "3 min 5 s"), (4320, "1 h 12 min")]
)
def test_durations_are_written_as_people_do(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_a_table_has_columns() -> None:
    assert columns([["wheel", "size"], ["mlc_llm", "5 MB"]]) == ["wheel    size", "mlc_llm  5 MB"]


def test_a_narrow_terminal_gets_a_line_for_each_cell(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "30")
    narrow = Console()
    narrow.live = True
    narrow.table([["wheel", "sha256"], ["mlc_llm.whl", "0" * 40]])
    assert capsys.readouterr().out == f"wheel   mlc_llm.whl\nsha256  {'0' * 40}\n\n"


def test_an_error_is_shown_on_the_job_s_page(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    console.error("100 % wrong:\nall", "build, step")
    said = capsys.readouterr()
    assert said.err.endswith("error: 100 % wrong:\nall\n")
    assert said.out == "::error title=build%2C step::100 %25 wrong:%0Aall\n"


def test_answers_go_to_the_next_steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_OUTPUT", str(tmp_path / "output"))
    set_outputs(sums_digest="abc")
    assert (tmp_path / "output").read_text() == "sums-digest=abc\n"


def test_a_summary_is_markdown(summary: Path) -> None:
    add_summary("Wheels", [["name", "note"], ["a", "x | y\nz"]])
    assert summary.read_text() == "### Wheels\n\n| name | note |\n| --- | --- |\n| a | x \\| y z |\n\n"


def test_a_summary_that_cannot_be_written_is_only_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "no/such/folder"))
    add_summary("Wheels", [["name"], ["a"]])
    assert "cannot write GITHUB_STEP_SUMMARY" in capsys.readouterr().out
