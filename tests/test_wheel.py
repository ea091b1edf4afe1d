"""The built wheel, in an environment of its own and run from another folder, is the same assistant."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LINKS = ("voice_banking_assistant.pth", "rasa_telemetry_off.pth")


def run(command: list[str], folder: Path, home: Path) -> subprocess.CompletedProcess[str]:
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("ASSISTANT_", "PYTHON", "RASA_")) and name != "VIRTUAL_ENV"
    }
    environment["ASSISTANT_HOME"] = str(home)
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the locked packages (hard links of the installed files) and the wheel."""
    base = tmp_path_factory.mktemp("wheel")
    source = base / "source"
    shutil.copytree(
        ROOT,
        source,
        ignore=shutil.ignore_patterns(".*", "build", "dist", "out", "__pycache__", "tests", "*.egg-info"),
    )
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    built = run([*build, "--wheel-dir", str(base / "dist"), str(source)], base, base)
    assert built.returncode == 0, built.stdout + built.stderr
    (wheel,) = (base / "dist").glob("*.whl")
    environment = base / "environment"
    venv.create(environment, with_pip=False, symlinks=True)
    packages = Path(sysconfig.get_path("purelib"))
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    target = environment / "lib" / version / "site-packages"
    shutil.rmtree(target)
    copy: object = os.link if packages.stat().st_dev == base.stat().st_dev else shutil.copy2
    shutil.copytree(
        packages,
        target,
        copy_function=copy,  # type: ignore[arg-type]  # both take source and destination
        ignore=shutil.ignore_patterns(*LINKS, "__pycache__"),
    )
    python = environment / "bin" / "python"
    install = [str(python), "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", str(wheel)]
    done = run(install, base, base)
    assert done.returncode == 0, done.stdout + done.stderr
    return environment


def test_it_is_the_installed_one_and_brings_its_data(installed: Path, tmp_path: Path) -> None:
    code = (
        "from assistant.settings import Settings; import assistant; s = Settings.from_environment();"
        "print(assistant.__file__); print(s.data);"
        "print(s.builtin_speech_model.joinpath('am/final.mdl').is_file())"
    )
    result = run([str(installed / "bin/python"), "-c", code], tmp_path, tmp_path / "home")
    package, data, model = result.stdout.split()
    assert Path(package).is_relative_to(installed)
    assert Path(data).is_relative_to(installed)
    assert model == "True"


def test_rasas_own_commands_report_nothing(installed: Path, tmp_path: Path) -> None:
    code = "import os; print(os.environ['RASA_TELEMETRY_ENABLED'])"
    result = run([str(installed / "bin/python"), "-c", code], tmp_path, tmp_path / "home")
    assert result.stdout.strip() == "false", result.stderr


def test_it_answers_a_spoken_conversation_from_another_folder(installed: Path, tmp_path: Path) -> None:
    """The installed command, the data inside the wheel, a recording from elsewhere, the practice bank."""
    sound = tmp_path / "conversation.wav"
    command = [str(installed / "bin/assistant"), "demo", "--quiet", "--output", str(sound)]
    result = run(command, tmp_path, tmp_path / "home")
    assert result.returncode == 0, result.stdout + result.stderr
    assert "Everyday account" in result.stdout
    assert sound.stat().st_size > 500_000
