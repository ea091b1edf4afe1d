"""Where things are and how the assistant behaves: one frozen object, read once, handed down."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from assistant.errors import SettingsError

SAMPLE_RATE = 16_000
"""Hz. The one rate inside the house; sources and sinks convert at the walls."""

CHUNK_SECONDS = 0.1
"""Length of the frames handed to the recogniser: short enough for partial words while speaking,
long enough that Python's share of the work stays small."""

WAKE_PHRASE = "hello assistant"
"""Five syllables that are rare together: found as often as shorter ones, and taken for other talk less."""

MAX_UTTERANCE_CHARACTERS = 1_000
"""Longer texts are refused: nobody says them, and every component downstream is spared them."""


CONFIRMATIONS = ("code", "app", "page")
"""Ways to confirm a payment: a one-time code, the bank's app, the bank's page."""


MEMORY = "memory"
"""Conversations are kept in the process, and end with it."""
_LOOPBACK = ("", "localhost", "127.0.0.1", "::1")
_TLS = ("require", "verify-ca", "verify-full")
"""PostgreSQL's `sslmode`s that never fall back to plain text."""


def _packaged_data() -> Path:
    """Folder with `config.yml`, `nlu_data/` and `voices/`: in the wheel or in the checkout."""
    package = Path(__file__).resolve().parent
    inside = package / "_data"
    return inside if inside.is_dir() else package.parent


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that differs between two machines or two customers."""

    data: Path
    """Folder with `config.yml`, `nlu_data/` and `voices/`. Never written to."""
    home: Path
    """Folder for trained models, connections and the practice bank. Readable by the owner alone."""
    language: str = "en"
    """ISO 639-1 code; a folder of that name under `nlu_data/` and `voices/`."""
    bank_timeout: tuple[float, float] = (3.05, 10.0)
    """Seconds to connect to a bank, and between two bytes of its answer."""
    keyring: bool = True
    """Use the OS keyring for consents and tokens when there is one."""
    wake_phrase: str = WAKE_PHRASE
    """What is said to begin; any words that the speech model knows, two or more."""
    practice: bool = False
    """The customer is the made-up one: connections lie apart from the real ones."""

    store: str = field(default=MEMORY, repr=False)
    """Where conversations are kept: `memory`, or the URL of a Redis or PostgreSQL server, which may hold a
    password."""

    confirm: str = ""
    """How payments are confirmed where the bank leaves it open: code, app or page; empty for what suits."""

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> Settings:
        """Read `ASSISTANT_*` variables; folders default to the XDG places.

        Raises SettingsError when a variable holds something unusable.
        """
        data = Path(environ.get("ASSISTANT_DATA") or _packaged_data())
        if not (data / "config.yml").is_file():
            raise SettingsError(
                f"no config.yml in {data}",
                remedy="Set ASSISTANT_DATA to the folder that holds config.yml, nlu_data and voices.",
            )
        state = Path(environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
        home = Path(environ.get("ASSISTANT_HOME") or state / "voice-banking-assistant")
        language = environ.get("ASSISTANT_LANGUAGE") or "en"
        if not (data / "nlu_data" / language).is_dir():
            raise SettingsError(
                f"no nlu_data/{language}",
                remedy="Set ASSISTANT_LANGUAGE to one of the folders under nlu_data.",
            )
        confirm = environ.get("ASSISTANT_CONFIRM", "")
        if confirm not in ("", *CONFIRMATIONS):
            raise SettingsError(f"ASSISTANT_CONFIRM={confirm!r} is none of: {', '.join(CONFIRMATIONS)}")
        practice = environ.get("ASSISTANT_PRACTICE", "off") == "on"
        return cls(
            data=data,
            home=home,
            language=language,
            bank_timeout=(3.05, _seconds(environ, "ASSISTANT_BANK_TIMEOUT", 10.0)),
            wake_phrase=" ".join((environ.get("ASSISTANT_WAKE_PHRASE") or WAKE_PHRASE).lower().split()),
            keyring=not practice and environ.get("ASSISTANT_KEYRING", "on") != "off",
            practice=practice,
            store=checked_store(environ.get("ASSISTANT_STORE") or MEMORY),
            confirm=confirm,
        )

    @property
    def nlu_config(self) -> Path:
        return self.data / "config.yml"

    @property
    def nlu_data(self) -> Path:
        return self.data / "nlu_data" / self.language

    @property
    def voice(self) -> Path:
        return self.data / "voices" / self.language

    @property
    def builtin_speech_model(self) -> Path:
        return self.voice / "speech-model"

    @property
    def speech_models(self) -> Path:
        """Folder of the Vosk models that the customer installed."""
        return self.home / "speech-models"

    @property
    def taught_speech_models(self) -> Path:
        """Folder of the speech models that learnt from `nlu_data`; made anew when it is gone."""
        return self.home / "taught-speech-models"

    @property
    def nlu_models(self) -> Path:
        return self.home / "nlu-models"

    @property
    def connections(self) -> Path:
        return self.home / ("practice-banks" if self.practice else "banks")

    @property
    def satellites(self) -> Path:
        """Folder of what is known of devices in other rooms."""
        return self.home / "satellites"

    @property
    def latency_history(self) -> Path:
        """How long answers took: numbers and nothing else."""
        return self.home / "latency.jsonl"

    @property
    def sandbox(self) -> Path:
        return self.home / "sandbox"


def checked_store(store: str) -> str:
    """A usable `Settings.store`. Raises SettingsError, which does not show it."""
    if store == MEMORY:
        return store
    try:
        parts = urlsplit(store)
        scheme, host = parts.scheme, parts.hostname or ""
        queries = parse_qs(parts.query)
    except ValueError as error:
        raise SettingsError("ASSISTANT_STORE is no URL") from error
    if scheme not in ("redis", "rediss", "unix", "postgresql"):
        raise SettingsError(
            "ASSISTANT_STORE is neither `memory` nor a URL of Redis or PostgreSQL",
            remedy="Write ASSISTANT_STORE=memory, redis://HOST/0, rediss://HOST/0, unix:///PATH/TO/SOCKET or "
            "postgresql://USER@HOST/DATABASE.",
        )
    hosts = (host, *queries.get("host", ()))
    is_near = all(each in _LOOPBACK or each.startswith("/") for each in hosts)
    is_sealed = scheme == "rediss" or queries.get("sslmode", [""])[-1] in _TLS
    if not is_near and not is_sealed:
        raise SettingsError(
            "ASSISTANT_STORE would send its password in plain text to another machine",
            remedy="Use rediss:// instead of redis://, or add ?sslmode=verify-full to postgresql://.",
        )
    return store


def _seconds(environ: Mapping[str, str], name: str, default: float) -> float:
    text = environ.get(name)
    if not text:
        return default
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 < value < 3600:
        raise SettingsError(f"{name}={text!r} is not a number of seconds between 0 and 3600")
    return value
