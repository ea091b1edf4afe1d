"""Utterances added, removed and moved in the files of `nlu_data`, every other byte left as it is.

ruamel.yaml reads a file and says where each example stands; then lines go in or out. Before anything is
written, the new text is read again: it must hold the old content and the one change, nothing else.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import StorageError, TrainingDataError
from assistant.nlu.examples import Block, Example, blocks, parse_yaml, read_examples, same
from assistant.settings import Settings

Content = list[tuple[str, str, tuple[str, ...]]]
"""Kind, name and examples of every entry of a file, in order."""


@dataclass
class _File:
    """One file being changed."""

    path: Path
    name: str
    text: str
    blocks: list[Block]

    @property
    def lines(self) -> list[str]:
        return self.text.split("\n")


class Utterances:
    """All utterances of the training data. What changes them is on disk when the method returns."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._folder = settings.nlu_data
        self.examples: list[Example] = self._read()

    def find(self, text: str, intent: str | None = None) -> list[Example]:
        """The examples that say the same; see `assistant.nlu.examples.same`."""
        wanted = same(text)
        return [
            each
            for each in self.examples
            if same(each.text) == wanted and (intent is None or each.intent == intent)
        ]

    def home(self, intent: str) -> str | None:
        """The file that is most about this intent: where the share of its utterances is largest."""
        lines = Counter(each.file for each in self.examples)
        own = Counter(each.file for each in self.examples if each.intent == intent)
        return max(own, key=lambda file: (own[file] / lines[file], file), default=None)

    def add(self, utterances: Sequence[tuple[str, str]], *, file: str | None = None) -> list[Example]:
        """Append (intent, text) below the last example of the intent; one diff line each.

        `file` (below `nlu_data/<language>`) is by default the one that is most about the intent. Raises
        TrainingDataError or StorageError; then nothing is written of that file.
        """
        by_file: dict[str, dict[str, list[str]]] = {}
        for intent, text in utterances:
            place = self._named(file) if file else self.home(intent)
            if place is None:
                raise TrainingDataError(
                    f"nothing is said for `{intent}` yet",
                    remedy="Name the file that it belongs into, for example --file nlu/accounts.yml",
                )
            by_file.setdefault(place, {}).setdefault(intent, []).append(text)
        added: list[Example] = []
        for place, wanted in by_file.items():
            opened = self._open(place)
            for intent, texts in wanted.items():
                added += self._append(opened, intent, texts)
            self._write(opened)
        self.examples = self._read()
        return [
            next(
                each
                for each in reversed(self.examples)
                if each.intent == one.intent and each.text == one.text
            )
            for one in added
        ]

    def remove(self, examples: Iterable[Example]) -> None:
        """Delete these lines; an entry that has no other example goes too. Raises as `add`."""
        by_file: dict[str, set[int]] = {}
        for each in examples:
            by_file.setdefault(each.file, set()).add(each.line)
        for place, numbers in by_file.items():
            opened = self._open(place)
            _delete(opened, numbers)
            self._write(opened)
        self.examples = self._read()

    def move(self, examples: Sequence[Example], intent: str) -> list[Example]:
        """The same words below another intent. Added before they are removed: nothing gets lost."""
        texts = list(dict.fromkeys(each.text for each in examples))
        gone = [(each.file, each.intent, each.text) for each in examples]
        added = self.add([(intent, text) for text in texts])
        self.remove([each for each in self.examples if (each.file, each.intent, each.text) in gone])
        return [next(e for e in self.examples if (e.intent, e.text) == (a.intent, a.text)) for a in added]

    def _read(self) -> list[Example]:
        return read_examples(self._folder, self._settings.data)

    def _named(self, file: str) -> str:
        path = self._settings.data / file
        if not path.is_file():
            path = self._folder / file
        if not path.resolve().is_relative_to(self._folder.resolve()):
            raise TrainingDataError(
                f"{file}:1: not below {self._folder.name}", remedy="Name a file of nlu_data."
            )
        return path.relative_to(self._settings.data).as_posix()

    # --- one file ------------------------------------------------------------------------------

    def _open(self, name: str) -> _File:
        path = self._settings.data / name
        if not path.resolve().is_relative_to(self._folder.resolve()) or path.suffix != ".yml":
            raise TrainingDataError(f"{name}:1: not a .yml file below {self._folder.name}")
        try:
            text = path.read_bytes().decode("utf-8")
        except UnicodeDecodeError as error:
            raise TrainingDataError(f"{name}:1: this file is not written in UTF-8") from error
        except FileNotFoundError as error:
            raise TrainingDataError(f"{name}:1: there is no such file") from error
        except OSError as error:
            raise StorageError(f"{name}: {error.strerror}") from error
        return _File(path, name, text, list(blocks(parse_yaml(text, name))))

    def _append(self, file: _File, intent: str, texts: list[str]) -> list[Example]:
        before = _content(file)
        block = next(
            (each for each in reversed(file.blocks) if (each.kind, each.name) == ("intent", intent)), None
        )
        lines = file.lines
        ending = "\r" if lines[0].endswith("\r") else ""
        if block is None:
            place, fresh = _new_block(file, lines, intent)
            after = [*before, ("intent", intent, tuple(texts))]
        else:
            if not block.literal:
                raise TrainingDataError(f"{file.name}:{block.line}: write `examples: |` with one line each")
            last = block.lines[-1][0]
            place, fresh = last, []
            indent = _indent(lines[last - 1])
            index = len(file.blocks) - 1 - file.blocks[::-1].index(block)
            kind, name, old = before[index]
            after = [*before[:index], (kind, name, (*old, *texts)), *before[index + 1 :]]
        if block is None:
            indent = fresh[-1][: len(fresh[-1]) - len(fresh[-1].lstrip())] + "  "
        fresh += [f"{indent}- {text}" for text in texts]
        if place == len(lines):  # the file does not end with a new line
            lines.append("")
            lines[place - 1] = lines[place - 1].removesuffix("\r") + ending
        lines[place:place] = [line + ending for line in fresh]
        file.text = "\n".join(lines)
        _verify(file, after)
        return [Example(file.name, place + 1 + n, intent, text) for n, text in enumerate(texts)]

    def _write(self, file: _File) -> None:
        """In one step, with the rights that the file had; on failure the old content stays."""
        path = file.path.resolve()
        new: Path | None = None
        try:
            descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
            new = Path(name)
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(file.text.encode("utf-8"))
                stream.flush()
                os.fsync(stream.fileno())
            shutil.copymode(path, new)
            new.replace(path)
        except OSError as error:
            if new is not None:
                with contextlib.suppress(OSError):
                    new.unlink(missing_ok=True)
            raise StorageError(
                f"{file.name}: {error.strerror}",
                remedy="Set ASSISTANT_DATA to a copy of the data that you may write to, or free the disk.",
            ) from error


def _delete(file: _File, numbers: set[int]) -> None:
    before = _content(file)
    gone = set(numbers)
    after: Content = []
    for block, (kind, name, old) in zip(file.blocks, before, strict=True):
        own = {number for number, _ in block.lines}
        if not own & numbers:
            after.append((kind, name, old))
            continue
        if not block.literal:
            raise TrainingDataError(f"{file.name}:{block.line}: write `examples: |` with one line each")
        kept = tuple(text for number, text in block.lines if number not in numbers)
        if kept:
            after.append((kind, name, kept))
        else:
            gone |= set(range(block.line, max(own) + 1))
    lines = file.lines
    file.text = "\n".join(line for number, line in enumerate(lines, start=1) if number not in gone)
    _verify(file, after)


def _new_block(file: _File, lines: list[str], intent: str) -> tuple[int, list[str]]:
    """Where a new entry begins (lines before it) and its first lines, indented as the others are."""
    if not file.blocks:
        raise TrainingDataError(
            f"{file.name}:1: no entry of `nlu:` is there yet",
            remedy="Name a file of utterances, such as nlu/accounts.yml.",
        )
    last = file.blocks[-1]
    indent = _indent(lines[last.line - 1])
    place = last.lines[-1][0] if last.lines else len(lines)
    return place, [f"{indent}- intent: {intent}", f"{indent}  examples: |"]


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]


def _content(file: _File) -> Content:
    return [(block.kind, block.name, tuple(text for _, text in block.lines)) for block in file.blocks]


def _verify(file: _File, expected: Content) -> None:
    """The new text means what it should; the file's blocks are those of the new text afterwards."""
    file.blocks = list(blocks(parse_yaml(file.text, file.name)))
    if _content(file) != expected:
        raise TrainingDataError(
            f"{file.name}:1: this file is written in a way that cannot be changed line by line",
            remedy="Write each entry as `- intent: name`, `examples: |` and one `- …` line an example.",
        )
