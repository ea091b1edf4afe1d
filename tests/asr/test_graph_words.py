from collections import defaultdict

import pytest

from assistant.asr.graph_units import PHONES, Units, base_of, placed
from assistant.asr.graph_words import UNKNOWN, WordGraph, build

LEXICON: dict[str, list[tuple[str, ...]]] = {
    "to": [("T", "UW")],
    "two": [("T", "UW")],
    "ten": [("T", "EH", "N")],
    "tenth": [("T", "EH", "N", "TH")],
    "a": [("AH",), ("EY",)],
    "tomorrow": [("T", "AH", "M", "AA", "R", "OW"), ("T", "UW", "M", "AA", "R", "OW")],
}


Built = tuple[WordGraph, Units]


@pytest.fixture(params=[Units(), Units.plain()], ids=["left classes", "plain"])
def graph(request: pytest.FixtureRequest) -> Built:
    return build(LEXICON, request.param), request.param


def _words_said(graph: WordGraph, phones: list[int], units: Units) -> set[tuple[str, ...]]:
    """Every word sequence that the graph allows for these phones, one frame each, no pauses."""
    fst = graph.fst
    names = {label: word for word, label in graph.words.items()}
    phone_of = {}
    for phone in range(1, len(PHONES) + 1):
        for left in range(units.classes):
            phone_of[units.entering(phone, left)] = (phone, left)
    found: set[tuple[str, ...]] = set()
    todo: list[tuple[int, int, tuple[str, ...]]] = [(fst.start, 0, ())]
    while todo:
        state, done, words = todo.pop()
        if done == len(phones) and fst.final[state] == 0:
            found.add(words)
        for arc in fst.arcs[fst.first[state] : fst.first[state + 1]]:
            said = (*words, names[int(arc["olabel"])]) if arc["olabel"] else words
            label = int(arc["ilabel"])
            if label == 0:
                todo.append((int(arc["nextstate"]), done, said))
            elif label in phone_of and done < len(phones):
                phone, left = phone_of[label]
                if phone != phones[done]:
                    continue
                before = base_of(phones[done - 1]) if done else "SIL"
                if phone > 2 and left != units.left_class[before]:
                    continue
                todo.append((int(arc["nextstate"]), done + 1, said))
    return found


def test_every_pronunciation_leads_to_its_word_and_no_other(graph: Built) -> None:
    built, units = graph
    expected: dict[tuple[int, ...], set[tuple[str, ...]]] = defaultdict(set)
    for word, ways in LEXICON.items():
        for way in ways:
            expected[placed(way)].add((word,))
    for phones, words in expected.items():
        assert _words_said(built, list(phones), units) == words


def test_words_follow_each_other_with_the_right_context(graph: Built) -> None:
    built, units = graph
    phones = [*placed(("T", "EH", "N")), *placed(("T", "UW"))]
    assert _words_said(built, phones, units) == {("ten", "to"), ("ten", "two")}


def test_half_a_word_is_no_word(graph: Built) -> None:
    built, units = graph
    assert _words_said(built, list(placed(("T", "EH", "N", "TH"))[:3]), units) == set()


def test_every_word_has_a_label_of_its_own(graph: Built) -> None:
    built, _ = graph
    assert set(built.words) == {*LEXICON, UNKNOWN, "<eps>"}
    assert sorted(built.words.values()) == list(range(len(built.words)))
    assert built.end_label == len(built.words)


def test_reachable_labels_are_those_that_come_first(graph: Built) -> None:
    """The claim that the decoder relies on, checked by walking every path without output."""
    built, _ = graph
    fst = built.fst

    def first_labels(state: int, seen: set[int]) -> set[int]:
        labels = {built.end_label} if fst.final[state] == 0 else set()
        for arc in fst.arcs[fst.first[state] : fst.first[state + 1]]:
            target = int(arc["nextstate"])
            if arc["olabel"]:
                labels.add(int(arc["olabel"]))
            elif target not in seen:
                labels |= first_labels(target, seen | {target})
        return labels

    for state in range(fst.states):
        claimed = {label for begin, end in built.reachable[state] for label in range(begin, end)}
        assert claimed == first_labels(state, {state}), state
