"""How words sound: the dictionary that ships with the voice, and espeak-ng for words it does not hold.

Run as a program (`python -m assistant.asr.graph_sounds VOICE`) it turns lines into IPA. It runs as a process
of its own because espeak-ng keeps one voice a process, and the synthesiser's must not change under it.
"""

from __future__ import annotations

import ctypes
import gzip
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

Sounds = tuple[str, ...]

_AUDIO_RETRIEVAL, _UTF8, _IPA = 1, 1, 2

# espeak-ng's American English in IPA; the longest match wins.
_TABLE = """
aɪ=AY aʊ=AW eɪ=EY oʊ=OW əʊ=OW ɔɪ=OY tʃ=CH dʒ=JH ɑː=AA ɑ=AA ɔː=AO ɔ=AO oː=AO o=OW iː=IY i=IY iə=IY,AH
uː=UW u=UW
ɜː=ER ɝ=ER ɚ=ER ə=AH ʌ=AH ɐ=AH æ=AE aː=AA a=AE ɛ=EH e=EH ɪ=IH ᵻ=IH ʊ=UH ɒ=AA p=P b=B t=T d=D k=K ɡ=G g=G f=F
v=V θ=TH ð=DH s=S z=Z ʃ=SH ʒ=ZH h=HH m=M n=N ŋ=NG l=L ɹ=R r=R j=Y w=W ɾ=T ʔ=T n̩=AH,N l̩=AH,L x=K ɬ=L ç=HH
ɲ=N,Y y=UW ø=ER œ=ER ɑ̃=AA,N ɔ̃=AO,N ɛ̃=AE,N
"""
_ARPABET = {ipa: sounds.split(",") for ipa, sounds in (pair.split("=") for pair in _TABLE.split())}
_LONGEST = max(map(len, _ARPABET))


def from_dictionary(words: Iterable[str], dictionary: Path) -> dict[str, list[Sounds]]:
    """Pronunciations of those words that `dictionary` (gzip, `word SOUND SOUND …` a line) holds."""
    wanted = set(words)
    found: dict[str, list[Sounds]] = {}
    with gzip.open(dictionary, "rt", encoding="utf-8") as lines:
        for line in lines:
            word, _, sounds = line.partition(" ")
            if word in wanted:
                found.setdefault(word, []).append(tuple(sounds.split()))
    return found


def sound_out(words: Iterable[str]) -> dict[str, Sounds]:
    """espeak-ng's reading of each word in ARPAbet; words without any sound are left out.

    Raises as `read` does.
    """
    readings = ((word, to_arpabet(ipa)) for word, ipa in read(words).items())
    return {word: sounds for word, sounds in readings if sounds}


def read(words: Iterable[str], accent: str = "en-us") -> dict[str, str]:
    """Each word in IPA as espeak-ng says it in `accent`, one of its voices.

    Raises OSError when espeak-ng cannot be loaded, subprocess.SubprocessError when it fails.
    """
    ordered = sorted(set(words))
    if not ordered:
        return {}
    done = subprocess.run(  # noqa: S603 - our own module, nothing of it comes from outside
        [sys.executable, "-m", __name__, accent],
        input="\n".join(ordered),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=True,
    )
    return dict(zip(ordered, done.stdout.splitlines(), strict=True))


def to_arpabet(ipa: str) -> Sounds:
    """`"tɛskoʊ"` → `("T", "EH", "S", "K", "OW")`; stress and unknown signs are dropped."""
    sounds: list[str] = []
    text = ipa.replace("ˈ", "").replace("ˌ", "").replace("_", "")
    at = 0
    while at < len(text):
        for length in range(_LONGEST, 0, -1):
            piece = text[at : at + length]
            if piece in _ARPABET:
                sounds += _ARPABET[piece]
                at += len(piece)
                break
        else:
            at += 1
    return tuple(sounds)


def _espeak(accent: str) -> ctypes.CDLL:
    import espeakng_loader

    library = ctypes.CDLL(espeakng_loader.get_library_path())
    data = str(espeakng_loader.get_data_path()).encode()
    named = accent.encode()
    if library.espeak_Initialize(_AUDIO_RETRIEVAL, 0, data, 0) < 0 or library.espeak_SetVoiceByName(named):
        raise OSError(f"espeak-ng has no voice {accent}")
    library.espeak_TextToPhonemes.restype = ctypes.c_char_p
    library.espeak_TextToPhonemes.argtypes = [ctypes.POINTER(ctypes.c_char_p), ctypes.c_int, ctypes.c_int]
    return library


def _main() -> None:
    library = _espeak(sys.argv[1])
    sys.stdin.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    for line in sys.stdin.read().splitlines():
        pointer = ctypes.c_char_p(line.encode())
        ipa = library.espeak_TextToPhonemes(ctypes.byref(pointer), _UTF8, _IPA) or b""
        sys.stdout.write(ipa.decode().replace("\n", " ").strip() + "\n")


if __name__ == "__main__":
    _main()
