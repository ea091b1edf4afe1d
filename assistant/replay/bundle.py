"""A replayed scenario as one file: what was said as it sounded, what came of it, and with which versions.

It is a zip archive of `turn.scenario.yml` with its sounds, `result.json`, `about.json`, and `banks.json`,
what the banks were asked and answered. Account numbers, cards, codes and tokens are masked, in the last by
stand-ins (`pseudonyms`), so that it can be played back. Where that is missing, customer, day, seed, quirks
and faults make the practice bank the same again. With a passphrase it is encrypted as a whole (Fernet; the
key comes from scrypt, RFC 7914, with a salt of its own).
"""

from __future__ import annotations

import base64
import io
import json
import os
import platform
import zipfile
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import soundfile
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from ruamel.yaml import YAML

from assistant import __version__
from assistant.audio.frames import Samples
from assistant.errors import BundleError, StorageError
from assistant.nlu.values.today import today
from assistant.redaction import mask_identifiers
from assistant.replay.cases import Case
from assistant.replay.pseudonyms import Pseudonyms
from assistant.replay.replayer import Setup
from assistant.replay.results import CaseResult
from assistant.replay.scenario import Given, SaidTurn
from assistant.replay.sounds import sounds_of
from assistant.replay.tapes import new_key
from assistant.settings import SAMPLE_RATE

SUFFIX = ".zip"
PASSPHRASE = "ASSISTANT_BUNDLE_PASSPHRASE"  # noqa: S105 - the name of a variable
"""Environment variable; not an option, since a command line can be read by everybody on the machine."""
SCENARIO = "turn.scenario.yml"
BANKS = "banks.json"
"""What the banks were asked and answered."""
_FORMAT = 1
_MAGIC = b"assistant-bundle-1\n"
_SALT = 16
_MOST_BYTES = 200_000_000
"""Unpacked; a bundle comes from outside."""


def write_bundle(
    folder: Path,
    case: Case,
    result: CaseResult,
    setup: Setup,
    passphrase: str = "",
    *,
    tape: Mapping[str, Any] | None = None,
    key: bytes = b"",
    name: str = "",
) -> Path:
    """`folder/NAME.zip`, the case's id where no name is given. `tape` is what the banks answered, masked with
    `key`. Raises StorageError, and BadRecordingError when a recording is gone."""
    content = _packed(case, result, setup, tape, Pseudonyms(key or new_key()))
    if passphrase:
        salt = os.urandom(_SALT)
        content = _MAGIC + salt + Fernet(_key(passphrase, salt)).encrypt(content)
    path = folder / f"{name or case.id}{SUFFIX}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise StorageError(f"{path}: {error.strerror}") from error
    return path


def unpack_bundle(path: Path, folder: Path, passphrase: str = "") -> Path:
    """The scenario, written with its sounds into `folder`. Raises BundleError, StorageError."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BundleError(f"{path}: {error.strerror}", remedy="Check the name of the file.") from error
    if content.startswith(_MAGIC):
        content = _decrypted(path, content[len(_MAGIC) :], passphrase)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > _MOST_BYTES:
                raise BundleError(f"{path} is too large")
            about = json.loads(archive.read("about.json"))
            if about.get("format") != _FORMAT:
                raise BundleError(f"{path} is of format {about.get('format')}, not {_FORMAT}")
            files = {name: archive.read(name) for name in archive.namelist()}
    except (zipfile.BadZipFile, KeyError, ValueError) as error:
        raise BundleError(f"{path} is no bundle of a turn, or damaged") from error
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in files.items():
            # The last part alone: a name may not lead out of the folder.
            (folder / Path(name).name).write_bytes(data)
    except OSError as error:
        raise StorageError(f"{folder}: {error.strerror}") from error
    return folder / SCENARIO


def _packed(
    case: Case, result: CaseResult, setup: Setup, tape: Mapping[str, Any] | None, pseudonyms: Pseudonyms
) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        turns = []
        for number, turn in enumerate(case.scenario.turns, 1):
            sound = next(iter(sounds_of(turn, case.variation)), None)
            name = f"{number:03d}.flac" if sound is not None else ""
            if sound is not None:
                archive.writestr(name, _flac(sound))
            turns.append(_turn(turn, name))
        scenario = io.StringIO()
        given = _given(case.scenario.given, recorded=tape is not None)
        content = {"scenario": case.scenario.name, "given": given, "turns": pseudonyms.value(turns)}
        YAML(typ="safe").dump(content, scenario)
        archive.writestr(SCENARIO, scenario.getvalue())
        if tape is not None:
            archive.writestr(BANKS, _json(tape))
        archive.writestr("result.json", _json(_masked(result.as_json())))
        archive.writestr("about.json", _json(_about(case, setup)))
    return file.getvalue()


def _about(case: Case, setup: Setup) -> dict[str, Any]:
    return {
        "format": _FORMAT,
        "assistant": __version__,
        "packages": {name: version(name) for name in ("rasa", "vosk", "numpy", "pyttsx3")},
        "python": platform.python_version(),
        "system": platform.platform(),
        "model": setup.model.stem,
        "speech_model": setup.speech_model.name if setup.speech_model else None,
        "language": setup.settings.language,
        "file": case.scenario.file.name,
        "variation": str(case.variation),
    }


def _given(given: Given, *, recorded: bool) -> dict[str, Any]:
    """With its day, so that it is the same world tomorrow. A recording has all else in it."""
    content: dict[str, Any] = {
        "customer": given.customer,
        "today": (given.today or today()).isoformat(),
        "banks": list(given.banks),
    }
    if recorded:
        return {**content, "recorded": BANKS}
    if given.seed is not None:
        content["seed"] = given.seed
    if given.quirks:
        content["quirks"] = {bank: list(names) for bank, names in given.quirks}
    if given.faults:
        content["faults"] = [dict(fault) for fault in given.faults]
    return content


def _turn(turn: SaidTurn, audio: str) -> dict[str, Any]:
    content: dict[str, Any] = {"say": turn.say} if turn.say else {}
    if audio:
        content["audio"] = audio
    if turn.understood is not None:
        understood: dict[str, Any] = {"intent": list(turn.understood.intents)}
        if turn.understood.entities is not None:
            understood["entities"] = dict(turn.understood.entities)
        if turn.understood.may:
            understood["may"] = dict(turn.understood.may)
        content["understood"] = understood
    if turn.asked is not None:
        content["asked"] = list(turn.asked)
    if turn.replies is not None:
        content["replies"] = [{each.response: dict(each.values)} for each in turn.replies]
    never = {
        name: list(getattr(turn.never, name))
        for name in ("intents", "asked", "replies")
        if getattr(turn.never, name)
    }
    optional = {"never": never, "within": dict(turn.within), "faults": [dict(each) for each in turn.faults]}
    content |= {name: value for name, value in optional.items() if value}
    if turn.barge_in is not None:
        content["barge_in"] = turn.barge_in
    return content


def _flac(sound: Samples) -> bytes:
    file = io.BytesIO()
    soundfile.write(file, sound, SAMPLE_RATE, format="FLAC", subtype="PCM_16")
    return file.getvalue()


def _masked(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: each if name == "id" else _masked(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_masked(each) for each in value]
    return mask_identifiers(value) if isinstance(value, str) else value


def _json(content: Any) -> str:
    return json.dumps(content, indent=1, ensure_ascii=False)


def _key(passphrase: str, salt: bytes) -> bytes:
    # The cost that RFC 7914 and OWASP name for files: 2^17, 8, 1.
    return base64.urlsafe_b64encode(Scrypt(salt, 32, 2**17, 8, 1).derive(passphrase.encode()))


def _decrypted(path: Path, content: bytes, passphrase: str) -> bytes:
    if not passphrase:
        remedy = f"Set {PASSPHRASE} to its passphrase, and run the command again."
        raise BundleError(f"{path} is encrypted", remedy=remedy)
    salt, token = content[:_SALT], content[_SALT:]
    try:
        return Fernet(_key(passphrase, salt)).decrypt(token)
    except InvalidToken as error:
        raise BundleError(f"{path}: the passphrase is wrong, or the file is damaged") from error
