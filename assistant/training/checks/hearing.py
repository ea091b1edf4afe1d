"""Words of the training data that the speech model does not know, with what it would write instead."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from assistant.asr.adaptation import adaptable, nearest
from assistant.asr.graph_lexicon import read_words
from assistant.asr.graph_text import normalise
from assistant.asr.speech_model import word_list
from assistant.asr.store import SpeechModelStore
from assistant.nlu.examples import Example
from assistant.nlu.finding import Finding, Severity
from assistant.settings import Settings


def unheard(settings: Settings, examples: Iterable[Example]) -> Iterator[Finding]:
    """One finding a word, at the first utterance that has it.

    A model that can learn words will know it after `assistant train`, by the sound that its spelling has: so
    a slip of the pen would be learnt too. Raises NoSpeechModelError or BrokenSpeechModelError.
    """
    model = SpeechModelStore(settings).active
    known = read_words(word_list(model))
    first: dict[str, Example] = {}
    for each in examples:
        for word in normalise(each.plain).split():
            if word not in known:
                first.setdefault(word, each)
    # Our own model comes with its pronunciations, and takes more.
    learns = adaptable(model) and (model / "lexicon.txt").is_file()
    for missing in nearest(first, model, settings.voice / "lexicon"):
        instead = f"it hears “{missing.nearest}” instead" if missing.nearest else "nothing it knows is near"
        if learns:
            text = f"“{missing.word}” is new to the speech model: untaught, {instead}; is it spelt right?"
        else:
            text = f"the speech model cannot hear “{missing.word}”: {instead}"
        place = first[missing.word]
        yield Finding(place.file, place.line, text, Severity.NOTE if learns else Severity.WARNING)
