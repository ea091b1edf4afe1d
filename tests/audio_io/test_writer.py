from __future__ import annotations

import resource
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from assistant.audio.recordings import read_recording
from assistant.audio.writer import WavWriter
from assistant.errors import StorageError
from tests.asr.speech import ROOT, speech


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "talk.wav"
    with WavWriter(path) as out:
        out.write(speech())
        out.write_silence(0.5)
        out.write(speech(), 16_000)
        assert not path.exists()  # it appears when it is whole
    both = np.concatenate([speech(), np.zeros(8_000, np.int16), speech()])
    assert np.array_equal(read_recording(path), both)
    assert list(tmp_path.iterdir()) == [path]


def test_sounds_of_other_rates_are_converted(tmp_path: Path) -> None:
    path = tmp_path / "talk.wav"
    with WavWriter(path, 22_050) as out:
        out.write(np.zeros(16_000, np.int16), 16_000)
        out.write(np.zeros(22_050, np.int16))
    assert soundfile.info(path).frames == pytest.approx(44_100, abs=3)


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "talk.wav"
    path.write_bytes(b"yesterday's")

    def interrupted() -> None:
        with WavWriter(path) as out:
            out.write(speech())
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert path.read_bytes() == b"yesterday's"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"no/talk\.wav"), WavWriter(tmp_path / "no" / "talk.wav"):
        pass


@pytest.mark.parametrize("seconds", [1, 60])
def test_a_full_disk_is_told_and_nothing_half_written_stays(seconds: int, tmp_path: Path) -> None:
    """The kernel refuses to let the file grow, as on a full disk; in a process of its own."""
    code = f"""
import sys
from pathlib import Path
import numpy as np
from assistant.audio.writer import WavWriter
from assistant.errors import StorageError
try:
    with WavWriter(Path({str(tmp_path / "talk.wav")!r})) as out:
        out.write(np.ones({seconds} * 16_000, np.int16))
except StorageError as error:
    print(error.code)
"""

    def limited() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))

    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, preexec_fn=limited, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "storage", done.stderr
    assert list(tmp_path.iterdir()) == []
