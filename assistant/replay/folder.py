"""The folder of a run: results as they come, so that an interrupted run goes on where it stopped.

`run.json` says what is replayed with what, `results.jsonl` has a line a case, `summary.json` is there when
the run has ended.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from assistant.errors import StorageError
from assistant.replay.measures import Measures
from assistant.replay.results import CaseResult

RESULTS = "results.jsonl"
SUMMARY = "summary.json"
_RUN = "run.json"


class RunFolder:
    """Open it, `add` every result, `finish`. Raises StorageError wherever the disk refuses."""

    def __init__(self, folder: Path, identity: Mapping[str, Any], *, fresh: bool = False) -> None:
        """`identity`: whatever must be alike for results of two runs to belong together."""
        self.folder = folder
        self._identity = json.loads(json.dumps(identity))
        self._fresh = fresh
        self._file: IO[str] | None = None
        self.done: frozenset[str] = frozenset()
        """Ids of the cases that an earlier, interrupted run of the same suite has results of."""

    def __enter__(self) -> RunFolder:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            if self._fresh or not self._interrupted():
                self._begin()
            self.done = frozenset(result.id for result in self.results())
            self._file = (self.folder / RESULTS).open("a", encoding="utf-8")
        except OSError as error:
            raise self._failed(error) from error
        return self

    def add(self, result: CaseResult) -> None:
        if self._file is None:
            raise TypeError("a RunFolder takes results only inside `with`")
        try:
            self._file.write(json.dumps(result.as_json(), ensure_ascii=False) + "\n")
            self._file.flush()
        except OSError as error:
            raise self._failed(error) from error

    def results(self) -> Iterator[CaseResult]:
        """All results so far, one at a time."""
        yield from read_results(self.folder / RESULTS)

    def finish(self, measures: Measures) -> None:
        """The run is complete: the next one begins anew."""
        try:
            content = json.dumps({**self._identity, **measures.as_json()}, indent=1, ensure_ascii=False)
            (self.folder / SUMMARY).write_text(content + "\n", encoding="utf-8")
        except OSError as error:
            raise self._failed(error) from error

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def _interrupted(self) -> bool:
        """Whether an unfinished run of the very same suite lies here; a torn last line is taken off."""
        if (self.folder / SUMMARY).exists():
            return False
        try:
            earlier = json.loads((self.folder / _RUN).read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return False
        if earlier != self._identity:
            return False
        with (self.folder / RESULTS).open("a+b") as file:
            size = file.tell()
            block = min(size, 1 << 24)
            file.seek(size - block)
            whole = file.read().rfind(b"\n") + 1
            file.truncate(size - block + whole)
        return True

    def _begin(self) -> None:
        for name in (SUMMARY, RESULTS):
            (self.folder / name).unlink(missing_ok=True)
        fresh = self.folder / f".{_RUN}"
        fresh.write_text(json.dumps(self._identity, indent=1), encoding="utf-8")
        (self.folder / RESULTS).touch()
        fresh.replace(self.folder / _RUN)

    def _failed(self, error: OSError) -> StorageError:
        return StorageError(f"{self.folder}: {error.strerror or error}")


def read_results(path: Path) -> Iterator[CaseResult]:
    """A results file line by line. Raises StorageError for a line that is no result."""
    try:
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                try:
                    yield CaseResult.from_json(json.loads(line))
                except (ValueError, KeyError, TypeError) as error:
                    raise StorageError(f"{path}:{number}: is no result of a replay") from error
    except OSError as error:
        raise StorageError(f"{path}: {error.strerror}") from error
