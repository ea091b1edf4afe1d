"""Training files are changed line by line: what was not meant stays as it was, byte for byte."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.errors import TrainingDataError
from assistant.settings import Settings
from assistant.training.utterances.editing import Utterances
from tests.conftest import ROOT

FILES = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "nlu_data").rglob("nlu/*.yml"))
# What nobody types still must not break a file: signs that mean something to YAML among them.
words = st.text(st.sampled_from("abc 'é€#:|>-&*!%@\"\\?,"), min_size=1, max_size=30).map(
    lambda text: "a" + " ".join(text.split())
)


def book(data: Path) -> Utterances:
    return Utterances(Settings(data=data, home=data / "home"))


def changes(before: bytes, after: Path) -> list[str]:
    """The lines that `git diff` shows as changed."""
    old = after.parents[3] / "before"
    old.write_bytes(before)
    command = ["git", "diff", "--no-index", "--unified=0", "--no-color", str(old), str(after)]
    done = subprocess.run(command, capture_output=True, check=False)
    lines = done.stdout.decode().split("\n")
    return [line for line in lines if line[:1] in ("+", "-") and line[:3] not in ("+++", "---")]


@pytest.fixture(params=FILES, ids=lambda name: Path(name).stem)
def file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """One of the project's own files, alone in a folder."""
    path = tmp_path / str(request.param)
    path.parent.mkdir(parents=True)
    shutil.copy(ROOT / request.param, path)
    return path


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_adding_changes_one_line_and_removing_brings_every_byte_back(file: Path, data: st.DataObject) -> None:
    before = file.read_bytes()
    utterances = book(file.parents[3])
    intents = sorted({each.intent for each in utterances.examples})
    if not intents:
        assert file.stem in ("lookups", "synonyms")
        return
    text, intent = data.draw(words), data.draw(st.sampled_from(intents))
    (added,) = utterances.add([(intent, text)])
    assert changes(before, file) == [f"+      - {text}"]
    assert file.read_text("utf-8").split("\n")[added.line - 1] == f"      - {text}"
    utterances.remove([added])
    assert file.read_bytes() == before


def test_an_utterance_of_each_file_out_and_in_again(file: Path) -> None:
    before = file.read_bytes()
    utterances = book(file.parents[3])
    if not utterances.examples:
        return
    last = utterances.examples[-1]
    utterances.remove([last])
    assert changes(before, file) == [f"-      - {last.text}"]
    utterances.add([(last.intent, last.text)])
    assert file.read_bytes() == before


def test_a_move_is_one_line_out_and_one_in(tmp_path: Path) -> None:
    file = tmp_path / "nlu_data" / "en" / "nlu" / "manners.yml"
    file.parent.mkdir(parents=True)
    shutil.copy(ROOT / "nlu_data" / "en" / "nlu" / "manners.yml", file)
    before = file.read_bytes()
    utterances = book(tmp_path)
    one = next(each for each in utterances.examples if each.intent == "thank")
    (moved,) = utterances.move([one], "goodbye")
    assert (moved.intent, moved.text) == ("goodbye", one.text)
    assert sorted(changes(before, file)) == [f"+      - {one.text}", f"-      - {one.text}"]
    assert len(book(tmp_path).find(one.text)) == 1


STYLES = {
    "comments and odd spaces": "version: '3.1'\n# one\nnlu:   # two\n- intent: greet   # three\n"
    "  examples: |   # four\n    - hello\n\n    - hi\n# five\n- synonym: a\n  examples: |\n    - b\n",
    "deep": "nlu:\n      - intent: greet\n        examples: |\n             - hello\n",
    "windows": "nlu:\r\n- intent: greet\r\n  examples: |\r\n    - hello\r\n",
    "no end": "nlu:\n- intent: greet\n  examples: |\n    - hello",
    "kept ends": "nlu:\n- intent: greet\n  examples: |+\n    - hello\n\n\n",
    "order of keys": "nlu:\n- examples: |\n    - hello\n  intent: greet\n",
}


@pytest.mark.parametrize("style", STYLES)
def test_each_way_of_writing_is_kept(tmp_path: Path, style: str) -> None:
    file = tmp_path / "nlu_data" / "en" / "nlu.yml"
    file.parent.mkdir(parents=True)
    file.write_bytes(STYLES[style].encode())
    file.chmod(0o640)
    (added,) = book(tmp_path).add([("greet", "good day")])
    now = file.read_bytes().decode()
    assert [each.text for each in book(tmp_path).examples][-1] == "good day"
    lines = [line for line in now.split("\n") if "good day" not in line]
    assert "\n".join(lines).rstrip() == STYLES[style].rstrip()
    assert ("\r" in now) == ("\r" in STYLES[style])
    assert file.stat().st_mode & 0o777 == 0o640
    assert now.split("\n")[added.line - 1].strip() == "- good day"


def test_an_entry_goes_with_its_last_example_and_comes_anew(tmp_path: Path) -> None:
    file = tmp_path / "nlu_data" / "en" / "nlu.yml"
    file.parent.mkdir(parents=True)
    other = "# of the other\n- intent: bye\n  examples: |\n    - bye\n"
    file.write_text(f"nlu:\n- intent: greet\n  examples: |\n    - hello\n{other}", "utf-8")
    utterances = book(tmp_path)
    utterances.remove(utterances.find("hello"))
    assert file.read_text("utf-8") == f"nlu:\n{other}"
    with pytest.raises(TrainingDataError, match="nothing is said for `greet`"):
        utterances.add([("greet", "hello")])
    utterances.add([("greet", "hello")], file="nlu.yml")
    assert file.read_text("utf-8").endswith("- bye\n- intent: greet\n  examples: |\n    - hello\n")


def test_what_cannot_be_changed_line_by_line_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "nlu_data" / "en" / "nlu.yml"
    file.parent.mkdir(parents=True)
    text = 'nlu:\n- intent: greet\n  examples: "- hello\\n- hi"\n'
    file.write_text(text, "utf-8")
    with pytest.raises(TrainingDataError, match=r"nlu_data/en/nlu.yml:2"):
        book(tmp_path).add([("greet", "good day")])
    assert file.read_text("utf-8") == text


def test_a_file_elsewhere_is_not_touched(tmp_path: Path) -> None:
    other = tmp_path / "other.yml"
    other.write_text("nlu:\n- intent: greet\n  examples: |\n    - hello\n", "utf-8")
    (tmp_path / "data" / "nlu_data" / "en").mkdir(parents=True)
    for name in (str(other), "../other.yml"):
        with pytest.raises(TrainingDataError):
            book(tmp_path / "data").add([("greet", "good day")], file=name)
    assert "good day" not in other.read_text("utf-8")


def test_a_disk_that_fails_loses_nothing(tmp_path: Path) -> None:
    """No file may grow in the child process, as on a disk that is full."""
    file = tmp_path / "nlu_data" / "en" / "nlu.yml"
    file.parent.mkdir(parents=True)
    file.write_text("nlu:\n- intent: greet\n  examples: |\n    - hello\n", "utf-8")
    code = (
        "import resource, signal, sys; from pathlib import Path\n"
        "from assistant.errors import StorageError; from assistant.settings import Settings\n"
        "from assistant.training.utterances.editing import Utterances\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))\n"
        "try: Utterances(Settings(data=Path(sys.argv[1]), home=Path())).add([('greet', 'good day')])\n"
        "except StorageError: raise SystemExit(7)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, check=False)
    assert done.returncode == 7
    assert [path.name for path in file.parent.iterdir()] == ["nlu.yml"]
    assert "good day" not in file.read_text("utf-8")
