"""An utterance as it is to stand in the training data: small letters, no full stop, names marked."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterable

from assistant.errors import TrainingDataError
from assistant.nlu.examples import ANNOTATION, plain
from assistant.nlu.training_check import Known, annotation_mistakes
from assistant.settings import MAX_UTTERANCE_CHARACTERS

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


def worded(text: str, known: Known) -> str:
    """As a recogniser writes it; marks stay as they are. Raises TrainingDataError with what is wrong."""
    if _CONTROL.search(text):
        raise TrainingDataError("the utterance holds a control character", remedy="Type it again.")
    for mistake in annotation_mistakes(text, known):
        raise TrainingDataError(
            mistake, remedy=f"Mark names as [tesco](merchant); there is {', '.join(sorted(known.entities))}."
        )
    parts: list[str] = []
    position = 0
    for match in ANNOTATION.finditer(text):
        parts += [text[position : match.start()].lower(), _marked(match)]
        position = match.end()
    parts.append(text[position:].lower())
    result = " ".join("".join(parts).replace("’", "'").split())
    result = re.sub(r"[\s.?!,;:]+$", "", re.sub(r"^[\s\-.?!,;:/]+", "", result))
    if not re.search(r"\w", plain(result)):
        raise TrainingDataError("the utterance is empty", remedy="Say what a customer says.")
    if len(plain(result)) > MAX_UTTERANCE_CHARACTERS:
        raise TrainingDataError(
            f"the utterance is longer than {MAX_UTTERANCE_CHARACTERS} characters",
            remedy="Keep one request to an utterance.",
        )
    return result


def _marked(match: re.Match[str]) -> str:
    return match[0].replace(f"[{match['text']}]", f"[{match['text'].lower()}]", 1)


def marked(text: str, found: Iterable[tuple[int, int, str, str]]) -> str:
    """A plain utterance with names at (start, end, entity, role) marked; overlapping ones are left out."""
    result, position = "", 0
    for start, end, entity, role in sorted(found):
        if start < position or "[" in text[start:end]:
            continue
        mark = f'{{"entity": "{entity}", "role": "{role}"}}' if role else f"({entity})"
        result += f"{text[position:start]}[{text[start:end]}]{mark}"
        position = end
    return result + text[position:]


def check_intent(intent: str, known: Collection[str]) -> None:
    """Raises TrainingDataError, with the names that come nearest, for one that the domain has not."""
    if intent in known:
        return
    near = difflib.get_close_matches(intent, known, 3, 0.5)
    raise TrainingDataError(
        f"the domain has no intent `{intent}`",
        remedy=f"Did you mean {' or '.join(near)}?"
        if near
        else "`assistant utterances list` names them all.",
    )
