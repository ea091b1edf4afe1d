"""Words for festival's British voice, sounded out by espeak-ng.

The voice (`rab_diphone`, University of Edinburgh) is free for any use. The dictionary that it asks for, the
Oxford Advanced Learner's, is not; so the voice gets a lexicon of just the words that it is to say.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable

VOICE = "rab_diphone"
_ACCENT = "en-gb-x-rp"

# espeak-ng's names of sounds = the voice's (the phone set mrpa of Edinburgh); + stands between two.
_NAMES = """
V=uh E=e e=e a=a 0=o I=i I2=i I#=i i=i U=u i:=ii i::=ii u:=uu O:=oo O@=oo o@=oo A:=aa A@=aa aa=aa 3:=@@
aI=ai eI=ei OI=oi aU=au oU=ou e@=e@ i@=i@ i@3=i@ U@=u@ @=@ @2=@ @5=@ a#=@ 3=@ @L=@+l aI@=ai+@ aI3=ai+@
aU@=au+@ tS=ch dZ=jh S=sh Z=zh T=th D=dh N=ng j=y l#=l t#=t d#=d z#=z w#=w n-=@+n m-=@+m x=k p=p t=t k=k
b=b d=d g=g s=s z=z f=f v=v h=h m=m n=n l=l r=r w=w r-= ?= ;=
"""
_PHONES = {
    espeak: [phone for phone in phones.split("+") if phone]
    for espeak, phones in (pair.split("=") for pair in _NAMES.split())
}
_VOWELS = tuple("aeiou@")
"""How the names of vowels begin; no other phone's does."""
_STRESS = "',%="
_OTHERWISE = {"one": "w uh1 n"}
"""Where espeak-ng's accent is a northern one."""

_WITHOUT_OXFORD = """\
(provide 'oaldlexicons)
(define (setup_oald_lex) (lex.create "oald") (lex.set.phoneset "mrpa") (lex.set.lts.method 'Error))
(voice_{voice})
(lex.select "oald")
(lex.add.entry '("'s" pos (((@ z) 0))))
(lex.add.entry '("," punc nil))"""


def prelude(texts: Iterable[str]) -> list[str]:
    """Lines of Scheme that choose the voice and teach it the words of `texts`."""
    words = sorted({word.removesuffix("'s") for text in texts for word in re.findall(r"[^\s,]+", text)})
    entries = (_entry(word, sounds) for word, sounds in zip(words, _sounded_out(words), strict=True))
    return [_WITHOUT_OXFORD.format(voice=VOICE), *filter(None, entries)]


def _sounded_out(words: list[str]) -> list[str]:
    """Each word as espeak-ng says it alone: its sounds with `_` between them."""
    command = ["espeak-ng", "-q", "-x", "--sep=_", "-v", _ACCENT]
    spoken = subprocess.run(
        command, input="\n".join(words), capture_output=True, encoding="utf-8", check=True
    )
    return [line.strip() for line in spoken.stdout.splitlines()]


def _entry(word: str, sounds: str) -> str | None:
    """None for a word with a sound that the voice lacks: the sentence is then left out."""
    phones = _OTHERWISE.get(word) or _phones(sounds)
    return f'(lex.add.entry (list "{word}" nil (lex.syllabify.phstress \'({phones}))))' if phones else None


def _phones(sounds: str) -> str | None:
    phones: list[str] = []
    for sound in re.split("[_ ]", sounds):
        name = sound.lstrip(_STRESS)
        if name and name not in _PHONES:
            return None
        phones += (_numbered(phone, sound) for phone in _PHONES.get(name, ()))
    return " ".join(phones)


def _numbered(phone: str, sound: str) -> str:
    """Vowels carry their stress for festival, 0 or 1."""
    stressed = sound.startswith("'") and phone != "@"
    return f"{phone}{int(stressed)}" if phone.startswith(_VOWELS) else phone
