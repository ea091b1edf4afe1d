"""Settings from the environment."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from assistant.errors import SettingsError
from assistant.settings import Settings

ROOT = Path(__file__).resolve().parent.parent


def test_without_any_variable_the_project_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    found = Settings.from_environment({})
    assert found.nlu_config.is_file()
    assert found.nlu_data.is_dir()
    assert found.voice.is_dir()
    assert found.home == tmp_path / ".local" / "state" / "voice-banking-assistant"
    assert found.keyring
    assert not found.practice
    assert list(tmp_path.iterdir()) == []


def test_variables_say_where_things_are(tmp_path: Path) -> None:
    (tmp_path / "config.yml").write_text("")
    (tmp_path / "nlu_data" / "fr").mkdir(parents=True)
    found = Settings.from_environment(
        {
            "ASSISTANT_DATA": str(tmp_path),
            "ASSISTANT_HOME": str(tmp_path / "home"),
            "ASSISTANT_LANGUAGE": "fr",
            "ASSISTANT_BANK_TIMEOUT": "2.5",
            "ASSISTANT_KEYRING": "off",
        }
    )
    assert (found.data, found.home, found.language) == (tmp_path, tmp_path / "home", "fr")
    assert found.nlu_data == tmp_path / "nlu_data" / "fr"
    assert found.bank_timeout[1] == 2.5
    assert not found.keyring


def test_the_state_folder_of_the_desktop_is_respected(tmp_path: Path) -> None:
    found = Settings.from_environment({"XDG_STATE_HOME": str(tmp_path)})
    assert found.home == tmp_path / "voice-banking-assistant"
    for folder in (found.speech_models, found.nlu_models, found.connections, found.sandbox):
        assert found.home in folder.parents


def test_practising_keeps_apart_from_the_real_banks(tmp_path: Path) -> None:
    real = Settings.from_environment({"ASSISTANT_HOME": str(tmp_path)})
    practising = Settings.from_environment({"ASSISTANT_HOME": str(tmp_path), "ASSISTANT_PRACTICE": "on"})
    assert practising.practice
    assert practising.connections != real.connections
    assert not practising.keyring


@pytest.mark.parametrize(
    ("environ", "remedy"),
    [
        ({"ASSISTANT_DATA": "/nowhere/at/all"}, "ASSISTANT_DATA"),
        ({"ASSISTANT_LANGUAGE": "xx"}, "ASSISTANT_LANGUAGE"),
    ],
)
def test_a_wrong_setting_is_named(environ: dict[str, str], remedy: str) -> None:
    with pytest.raises(SettingsError) as error:
        Settings.from_environment(environ)
    assert remedy in error.value.remedy
    assert error.value.exit_status == 2


@pytest.mark.parametrize("seconds", ["0", "-1", "soon", "nan", "inf", "3600", "1,5"])
def test_a_timeout_must_be_one(seconds: str) -> None:
    with pytest.raises(SettingsError, match="ASSISTANT_BANK_TIMEOUT"):
        Settings.from_environment({"ASSISTANT_BANK_TIMEOUT": seconds})


def test_settings_do_not_change() -> None:
    found = Settings(data=ROOT, home=ROOT)
    with pytest.raises(FrozenInstanceError):
        found.language = "fr"  # type: ignore[misc]


@pytest.mark.parametrize(
    "store",
    [
        "memory",
        "redis://:secret@localhost/0",
        "rediss://:secret@store.example/0",
        "unix://:secret@/run/redis.sock?db=0",
        "postgresql://anna:secret@127.0.0.1/assistant",
        "postgresql://anna@/assistant?host=/run/postgresql",
        "postgresql://anna:secret@store.example/assistant?sslmode=verify-full",
    ],
)
def test_a_place_for_conversations(store: str) -> None:
    found = Settings.from_environment({"ASSISTANT_STORE": store})
    assert found.store == store
    assert "secret" not in repr(found)


@pytest.mark.parametrize(
    ("store", "remedy"),
    [
        ("mongodb://:secret@localhost", "redis://"),
        ("secret", "postgresql://"),
        ("redis://:secret@store.example/0", "rediss://"),
        ("postgresql://anna:secret@store.example/assistant", "sslmode=verify-full"),
        ("postgresql://anna:secret@store.example/assistant?sslmode=prefer", "sslmode=verify-full"),
        ("postgresql://anna:secret@/assistant?host=store.example", "sslmode=verify-full"),
        ("redis://:secret@[::1/0", "setting"),
    ],
)
def test_a_place_that_cannot_be_used_is_told_without_its_password(store: str, remedy: str) -> None:
    with pytest.raises(SettingsError) as refused:
        Settings.from_environment({"ASSISTANT_STORE": store})
    assert remedy in refused.value.remedy
    assert "secret" not in str(refused.value) + refused.value.remedy
