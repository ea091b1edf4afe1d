"""The official Vosk models by name: what the vendor publishes about each, kept in `vosk_models.json`.

The vendor gives MD5 sums: they tell a damaged download, while HTTPS tells who it comes from. A
model whose sum is not in our file is looked up in the vendor's own list when it is installed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from assistant.errors import ModelDownloadError, UnknownModelError

_TIMEOUT = (10.0, 30.0)
"""Seconds to connect, and between two bytes."""


@dataclass(frozen=True, slots=True)
class OfficialModel:
    name: str
    language: str
    bytes: int
    """Of the zip file."""
    md5: str | None


@dataclass(frozen=True, slots=True)
class Catalogue:
    base_url: str
    """The vendor's folder, with a slash at the end."""
    models: tuple[OfficialModel, ...]

    @classmethod
    def load(cls, base_url: str | None = None) -> Catalogue:
        """Our own file; `base_url` names a mirror of the vendor's folder to fetch from instead."""
        content = json.loads(Path(__file__).with_name("vosk_models.json").read_text("utf-8"))
        return cls(
            base_url or content["base_url"], tuple(OfficialModel(**entry) for entry in content["models"])
        )

    def find(self, name: str) -> OfficialModel:
        """The model of that name, its checksum known. Asks the vendor when our own file does not tell.

        Raises UnknownModelError, or ModelDownloadError when the vendor cannot be reached.
        """
        known = next((model for model in self.models if model.name == name), None)
        if known is not None and known.md5:
            return known
        for entry in self._vendors_list():
            if entry.get("name") == name and entry.get("md5"):
                return OfficialModel(
                    name, str(entry.get("lang_text", "")), int(entry.get("size", 0)), str(entry["md5"])
                )
        raise UnknownModelError(f"the vendor lists no model {name}")

    def url(self, name: str) -> str:
        return f"{self.base_url}{name}.zip"

    def _vendors_list(self) -> list[dict[str, Any]]:
        url = f"{self.base_url}model-list.json"
        try:
            answer = requests.get(url, timeout=_TIMEOUT)
            answer.raise_for_status()
            entries = answer.json()
        except requests.RequestException as error:
            raise ModelDownloadError(f"{url}: {type(error).__name__}") from error
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            raise ModelDownloadError(f"{url}: not a list of models")
        return entries
