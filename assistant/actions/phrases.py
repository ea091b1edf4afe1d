"""The words of one language that actions need, read from `nlu_data/<language>/phrases.yml`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from babel import Locale
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError

from assistant.errors import TrainingDataError


class Phrases:
    """Parts of sentences, by the path of their keys: `phrases("where.merchant.spent", name="Tesco")`."""

    def __init__(self, tree: Mapping[str, Any], locale: Locale, source: str = "phrases.yml"):
        self._tree = tree
        self._source = source
        self.locale = locale

    @classmethod
    def read(cls, path: Path, language: str) -> Phrases:
        """Raises TrainingDataError, with file and line, when the file cannot be used."""
        try:
            tree = _tree(path, path.stat().st_mtime_ns)
        except MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            raise TrainingDataError(f"{path.name}:{line}: {error.problem}") from error
        except OSError as error:
            raise TrainingDataError(f"{path.name}: {error.strerror}") from error
        if not isinstance(tree, dict):
            raise TrainingDataError(f"{path.name}:1: not a mapping of phrases")
        return cls(tree, Locale(language), path.name)

    def __call__(self, path: str, **values: object) -> str:
        """The phrase filled in. Raises TrainingDataError when the file lacks it."""
        phrase = self._find(path)
        if not isinstance(phrase, str):
            raise TrainingDataError(f"{self._source}: {path} is not a phrase")
        try:
            return phrase.format(**values)
        except (KeyError, IndexError, ValueError) as error:
            raise TrainingDataError(f"{self._source}: {path} cannot be filled in") from error

    def count(self, path: str, number: int) -> str:
        """The plural form for a number: `2 payments`."""
        forms = self.table(path)
        form = forms.get(str(self.locale.plural_form(number))) or forms.get("other", "")
        return str(form).format(n=number)

    def get(self, path: str) -> str | None:
        """The phrase, or None where there is none."""
        try:
            phrase = self._find(path)
        except TrainingDataError:
            return None
        return phrase if isinstance(phrase, str) else None

    def table(self, path: str) -> Mapping[str, Any]:
        """A branch of the tree. Raises TrainingDataError when there is none."""
        branch = self._find(path)
        if not isinstance(branch, dict):
            raise TrainingDataError(f"{self._source}: {path} has no entries")
        return branch

    def words(self, path: str) -> tuple[str, ...]:
        """A list of words. Raises TrainingDataError when there is none."""
        words = self._find(path)
        if not isinstance(words, list):
            raise TrainingDataError(f"{self._source}: {path} is not a list")
        return tuple(str(word) for word in words)

    def _find(self, path: str) -> Any:
        node: Any = self._tree
        for key in path.split("."):
            if not isinstance(node, Mapping) or key not in node:
                raise TrainingDataError(f"{self._source}: {path} is missing")
            node = node[key]
        return node


@lru_cache(maxsize=2)
def _tree(path: Path, _modified: int) -> Any:
    """A replay of payments opens a desk for each."""
    return YAML(typ="safe").load(path)
