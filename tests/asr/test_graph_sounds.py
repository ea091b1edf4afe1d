import gzip
import subprocess
from pathlib import Path

import pytest

from assistant.asr.graph_sounds import from_dictionary, read, sound_out, to_arpabet
from assistant.asr.graph_units import BASE


@pytest.mark.parametrize(
    ("ipa", "sounds"),
    [
        ("tˈɛskoʊ", "T EH S K OW"),
        ("tʃˈiːz", "CH IY Z"),
        ("ɹaɪənˈɛɹ", "R AY AH N EH R"),
        ("bˈʌʔn̩", "B AH T AH N"),
        ("", ""),
    ],
)
def test_ipa_becomes_arpabet(ipa: str, sounds: str) -> None:
    assert to_arpabet(ipa) == tuple(sounds.split())


def test_new_words_are_sounded_out_by_espeak() -> None:
    heard = sound_out(["tesco", "dubois", "zorbello"])
    assert heard["tesco"] == ("T", "EH", "S", "K", "OW")
    assert set(heard) == {"tesco", "dubois", "zorbello"}
    assert all(sound in BASE for sounds in heard.values() for sound in sounds)


def test_nothing_to_sound_out() -> None:
    assert sound_out([]) == {}


def test_words_are_read_in_another_accent() -> None:
    assert read(["four"])["four"].endswith("ɹ")
    assert not read(["four"], "en-gb-x-rp")["four"].endswith("ɹ")


def test_an_accent_that_espeak_lacks_is_an_error() -> None:
    with pytest.raises(subprocess.SubprocessError):
        read(["four"], "xx-none")


def test_the_dictionary_gives_every_pronunciation(tmp_path: Path) -> None:
    path = tmp_path / "d.txt.gz"
    path.write_bytes(gzip.compress(b"either IY DH ER\neither AY DH ER\nother AH DH ER\n"))
    assert from_dictionary(["either"], path) == {"either": [("IY", "DH", "ER"), ("AY", "DH", "ER")]}
