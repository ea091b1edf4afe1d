"""The store against a real HTTP server that breaks off, resumes, lies and refuses."""

from __future__ import annotations

import hashlib
import http.server
import json
import resource
import shutil
import signal
import stat
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from assistant.asr.catalogue import Catalogue
from assistant.asr.recogniser import Recogniser
from assistant.asr.store import BUILTIN, SpeechModelStore
from assistant.errors import (
    BrokenSpeechModelError,
    ModelDownloadError,
    NoSpeechModelError,
    StorageError,
    UnknownModelError,
)
from assistant.settings import Settings
from tests.asr.speech import MODEL, ROOT, YES, chunks, speech

NAME = "vosk-model-small-xx-0.1"


@dataclass
class Vendor:
    """What the server holds and how it behaves."""

    files: dict[str, bytes] = field(default_factory=dict)
    break_after: list[int] = field(default_factory=list)
    """Bytes after which each of the next answers is cut off."""
    ranges: bool = True
    asked: list[tuple[str, str]] = field(default_factory=list)
    """(path, Range header) of every request."""
    url: str = ""

    def list_model(self, archive: bytes, md5: str | None = None) -> None:
        digest = md5 or hashlib.md5(archive).hexdigest()
        entry = {"name": NAME, "lang_text": "Test", "md5": digest, "size": len(archive), "obsolete": "false"}
        self.files["/model-list.json"] = json.dumps([entry]).encode()
        self.files[f"/{NAME}.zip"] = archive


class _Handler(http.server.BaseHTTPRequestHandler):
    vendor: Vendor

    def do_GET(self) -> None:
        vendor = self.vendor
        wanted = self.headers.get("Range", "")
        vendor.asked.append((self.path, wanted))
        content = vendor.files.get(self.path)
        if content is None:
            self.send_error(404)
            return
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and vendor.ranges else 0
        if start and start >= len(content):
            self.send_response(416)
            self.send_header("Content-Range", f"bytes */{len(content)}")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        body = content[start:]
        if self.path.endswith(".zip") and vendor.break_after:
            body = body[: vendor.break_after.pop(0)]
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@pytest.fixture
def vendor() -> Iterator[Vendor]:
    state = Vendor()
    handler = type("Handler", (_Handler,), {"vendor": state})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    state.url = f"http://127.0.0.1:{server.server_port}/"
    yield state
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A zip file laid out as the vendor's are, with our own model inside."""
    path = tmp_path_factory.mktemp("zip") / "model.zip"
    with zipfile.ZipFile(path, "w") as file:
        for source in sorted(MODEL.rglob("*")):
            if source.is_file() and source.name != "background.npz":
                file.write(source, f"{NAME}/{source.relative_to(MODEL)}")
    return path.read_bytes()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=ROOT, home=tmp_path / "home")


@pytest.fixture
def store(settings: Settings, vendor: Vendor) -> SpeechModelStore:
    return SpeechModelStore(settings, Catalogue.load(vendor.url))


def left_over(settings: Settings) -> list[str]:
    return sorted(path.name for path in settings.speech_models.iterdir() if path.name != NAME)


# --- fetching ----------------------------------------------------------------------------------


def test_an_official_model_is_fetched_checked_and_used(
    store: SpeechModelStore, vendor: Vendor, archive: bytes, settings: Settings
) -> None:
    vendor.list_model(archive)
    seen: list[tuple[int, int]] = []
    installed = store.install(NAME, progress=lambda done, total: seen.append((done, total)))
    assert (installed.name, installed.installed, installed.active) == (NAME, True, False)
    assert seen == sorted(seen)
    assert seen[-1] == (len(archive), len(archive))
    assert left_over(settings) == []
    store.use(NAME)
    assert store.active == settings.speech_models / NAME
    assert Recogniser(store.active).transcribe(chunks(speech(YES))).text == "yes"


def test_a_download_that_breaks_off_goes_on_where_it_stopped(
    store: SpeechModelStore, vendor: Vendor, archive: bytes
) -> None:
    vendor.list_model(archive)
    vendor.break_after = [1_000_000, 500_000]
    assert store.install(NAME).installed
    starts = [int(asked[6:-1]) for path, asked in vendor.asked if path.endswith(".zip") and asked]
    assert starts == [pytest.approx(1_000_000, abs=20_000), pytest.approx(1_500_000, abs=40_000)]


def test_a_download_given_up_is_kept_for_the_next_try(
    store: SpeechModelStore, vendor: Vendor, archive: bytes, settings: Settings
) -> None:
    vendor.list_model(archive)
    vendor.break_after = [700_000] + [0] * 20
    with pytest.raises(ModelDownloadError, match=r"6\d\d,\d{3} bytes, which are kept"):
        store.install(NAME)
    assert left_over(settings) == [f".{NAME}.zip.part"]
    assert not any(row.name == NAME for row in store.list())
    vendor.break_after = []
    vendor.asked.clear()
    assert store.install(NAME).installed
    assert vendor.asked[-1][1].startswith("bytes=6")


def test_a_server_that_cannot_resume_is_asked_from_the_start(
    store: SpeechModelStore, vendor: Vendor, archive: bytes
) -> None:
    vendor.list_model(archive)
    vendor.ranges = False
    vendor.break_after = [900_000]
    assert store.install(NAME).installed


def test_a_part_that_was_whole_already_is_taken(
    store: SpeechModelStore, vendor: Vendor, archive: bytes, settings: Settings
) -> None:
    vendor.list_model(archive)
    settings.speech_models.mkdir(parents=True)
    (settings.speech_models / f".{NAME}.zip.part").write_bytes(archive)
    assert store.install(NAME).installed


def test_a_wrong_checksum_installs_nothing(
    store: SpeechModelStore, vendor: Vendor, archive: bytes, settings: Settings
) -> None:
    vendor.list_model(archive, md5="0" * 32)
    with pytest.raises(ModelDownloadError, match="checksum"):
        store.install(NAME)
    assert left_over(settings) == []
    vendor.list_model(archive)
    with pytest.raises(ModelDownloadError, match="sha256"):
        store.install(NAME, sha256="0" * 64)
    assert store.install(NAME, sha256=hashlib.sha256(archive).hexdigest().upper()).installed


def test_a_part_of_another_file_does_not_stay_for_ever(
    store: SpeechModelStore, vendor: Vendor, archive: bytes, settings: Settings
) -> None:
    vendor.list_model(archive)
    settings.speech_models.mkdir(parents=True)
    (settings.speech_models / f".{NAME}.zip.part").write_bytes(b"x" * 1000)
    with pytest.raises(ModelDownloadError, match="checksum"):
        store.install(NAME)
    assert store.install(NAME).installed


def test_a_model_that_the_vendor_does_not_have(
    store: SpeechModelStore, vendor: Vendor, archive: bytes
) -> None:
    vendor.list_model(archive)
    with pytest.raises(UnknownModelError):
        store.install("vosk-model-of-nowhere")
    for name in ("../evil", "", ".hidden", BUILTIN, "a/b"):
        with pytest.raises(UnknownModelError):
            store.install(name)
    del vendor.files[f"/{NAME}.zip"]
    with pytest.raises(ModelDownloadError, match="404"):
        store.install(NAME)


def test_no_network_is_told(settings: Settings) -> None:
    store = SpeechModelStore(settings, Catalogue.load("http://127.0.0.1:9/"))
    with pytest.raises(ModelDownloadError) as caught:
        store.install("vosk-model-small-fr-0.22")
    assert "FILE.zip" in caught.value.remedy


def test_nothing_is_ever_fetched_unasked(store: SpeechModelStore, vendor: Vendor) -> None:
    store.list()
    assert store.active
    store.use(BUILTIN)
    with pytest.raises(UnknownModelError):
        store.use(NAME)
    assert vendor.asked == []


# --- from a zip file on disk -------------------------------------------------------------------


def test_a_zip_file_on_disk_needs_no_network(
    store: SpeechModelStore, vendor: Vendor, archive: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "carried-here.zip"
    path.write_bytes(archive)
    assert store.install(str(path)).name == NAME
    assert vendor.asked == []
    assert path.exists()
    with pytest.raises(ModelDownloadError, match="sha256"):
        store.install(str(path), sha256="1" * 64)


def test_a_zip_without_a_folder_is_called_like_the_file(store: SpeechModelStore, tmp_path: Path) -> None:
    path = tmp_path / "kitchen.zip"
    with zipfile.ZipFile(path, "w") as file:
        for source in sorted(MODEL.rglob("*")):
            if source.is_file():
                file.write(source, str(source.relative_to(MODEL)))
    assert store.install(str(path)).name == "kitchen"


def _with(path: Path, **entries: bytes) -> Path:
    with zipfile.ZipFile(path, "w") as file:
        for name, content in entries.items():
            file.writestr(name.replace("__", "/"), content)
    return path


def test_zip_files_that_are_no_models_change_nothing(
    store: SpeechModelStore, settings: Settings, archive: bytes, tmp_path: Path
) -> None:
    link = zipfile.ZipInfo("model/am/final.mdl")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    linked = tmp_path / "link.zip"
    with zipfile.ZipFile(linked, "w") as file:
        file.writestr(link, "/etc/passwd")
    damaged = bytearray(archive)
    damaged[200_000:200_100] = bytes(100)
    for name, content in {
        "text": b"no zip at all",
        "empty": b"",
        "half": archive[: len(archive) // 2],
        "damaged": bytes(damaged),
    }.items():
        (tmp_path / f"{name}.zip").write_bytes(content)
    bad = [
        *(tmp_path / f"{name}.zip" for name in ("text", "empty", "half", "damaged")),
        _with(tmp_path / "other.zip", readme=b"hello"),
        _with(tmp_path / "slip.zip", **{"..__..__evil": b"x", "model__am__final.mdl": b"x"}),
        _with(tmp_path / "root.zip", __etc__evil=b"x"),
        _with(tmp_path / "shell.zip", **{"model__am__final.mdl": b"x", "model__conf__mfcc.conf": b"x"}),
        linked,
    ]
    for path in bad:
        with pytest.raises(BrokenSpeechModelError):
            store.install(str(path))
        assert left_over(settings) == [], path.name
    assert not list(tmp_path.rglob("evil"))
    with pytest.raises(UnknownModelError):
        store.install(str(tmp_path / "nowhere.zip"))


def test_a_model_is_replaced_only_by_a_sound_one(
    store: SpeechModelStore, settings: Settings, archive: bytes, tmp_path: Path
) -> None:
    path = tmp_path / f"{NAME}.zip"
    path.write_bytes(archive)
    store.install(str(path))
    mark = settings.speech_models / NAME / "mark"
    mark.touch()
    broken = _with(tmp_path / "new.zip", **{f"{NAME}__am__final.mdl": b"x"})
    with pytest.raises(BrokenSpeechModelError):
        store.install(str(broken))
    assert mark.exists()
    store.install(str(path))
    assert not mark.exists()
    assert left_over(settings) == []


def test_a_full_disk_keeps_the_download_and_the_old_choice(
    vendor: Vendor, archive: bytes, settings: Settings
) -> None:
    """The kernel refuses to let files grow beyond 1 MB, as on a full disk; in a process of its own."""
    vendor.list_model(archive)
    code = f"""
from pathlib import Path
from assistant.asr.catalogue import Catalogue
from assistant.asr.store import SpeechModelStore
from assistant.errors import StorageError
from assistant.settings import Settings
store = SpeechModelStore(
    Settings(data=Path({str(ROOT)!r}), home=Path({str(settings.home)!r})), Catalogue.load({vendor.url!r})
)
try:
    store.install({NAME!r})
except StorageError as error:
    print(error.code)
"""

    def limited() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))

    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, preexec_fn=limited, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "storage", done.stderr
    assert left_over(settings) == [f".{NAME}.zip.part"]
    store = SpeechModelStore(settings, Catalogue.load(vendor.url))
    assert store.active_name == BUILTIN
    assert store.install(NAME).installed
    assert vendor.asked[-1][1] == "bytes=1000000-"


# --- choosing ----------------------------------------------------------------------------------


def test_the_list_shows_what_is_there_and_what_could_be(store: SpeechModelStore) -> None:
    rows = store.list()
    assert (rows[0].name, rows[0].installed, rows[0].active) == (BUILTIN, True, True)
    names = [row.name for row in rows]
    assert {"vosk-model-small-en-us-0.15", "vosk-model-en-us-0.22", "vosk-model-small-fr-0.22"} <= set(names)
    assert all(not row.installed and row.bytes > 1_000_000 for row in rows[1:])


def test_our_list_of_official_models_is_well_formed() -> None:
    catalogue = Catalogue.load()
    assert catalogue.base_url.startswith("https://")
    assert catalogue.base_url.endswith("/")
    for model in catalogue.models:
        assert model.md5 is None or (len(model.md5) == 32 and int(model.md5, 16))
    assert len({model.name for model in catalogue.models}) == len(catalogue.models)


def test_a_broken_model_cannot_be_chosen(
    store: SpeechModelStore, settings: Settings, archive: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "model.zip"
    path.write_bytes(archive)
    store.install(str(path))
    (settings.speech_models / NAME / "am" / "final.mdl").write_bytes(b"broken")
    with pytest.raises(BrokenSpeechModelError):
        store.use(NAME)
    assert store.active_name == BUILTIN


def test_a_chosen_model_that_was_deleted_is_missed_and_not_replaced_silently(
    store: SpeechModelStore, settings: Settings, archive: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "model.zip"
    path.write_bytes(archive)
    store.install(str(path))
    store.use(NAME)
    shutil.rmtree(settings.speech_models / NAME)
    with pytest.raises(NoSpeechModelError) as caught:
        _ = store.active
    assert "assistant models" in caught.value.remedy
    assert store.use(BUILTIN) == settings.builtin_speech_model


def test_a_home_that_cannot_be_written_to(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file where the folder should be")
    store = SpeechModelStore(Settings(data=ROOT, home=tmp_path / "home"))
    with pytest.raises(StorageError):
        store.use(BUILTIN)
    with pytest.raises(StorageError):
        store.install(str(tmp_path / "x.zip"))
