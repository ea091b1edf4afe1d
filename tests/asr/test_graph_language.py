import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assistant.asr.graph_files import Fst
from assistant.asr.graph_language import Counts, compile_graph, count, merge

TEXT = ["how much did i spend", "how much is left", "show my balance", "how much did i pay tesco"] * 3
WORDS = ["how", "much", "did", "i", "spend", "is", "left", "show", "my", "balance", "pay", "tesco", "zebra"]
LABELS = {"<eps>": 0, "[unk]": 1} | {word: number for number, word in enumerate(WORDS, 2)}


def _probability(fst: Fst, sentence: str) -> float:
    """Best path of a sentence through the acceptor, backing off where needed."""
    beams = {fst.start: 0.0}

    def closed(states: dict[int, float]) -> dict[int, float]:
        todo = list(states.items())
        while todo:
            state, cost = todo.pop()
            for arc in fst.arcs[fst.first[state] : fst.first[state + 1]]:
                if not arc["ilabel"]:
                    target, total = int(arc["nextstate"]), cost + float(arc["weight"])
                    if total < states.get(target, math.inf):
                        states[target] = total
                        todo.append((target, total))
        return states

    for word in sentence.split():
        after: dict[int, float] = {}
        for state, cost in closed(beams).items():
            for arc in fst.arcs[fst.first[state] : fst.first[state + 1]]:
                if arc["ilabel"] == LABELS[word]:
                    target, total = int(arc["nextstate"]), cost + float(arc["weight"])
                    after[target] = min(total, after.get(target, math.inf))
        beams = after
    return math.exp(-min(cost + float(fst.final[state]) for state, cost in closed(beams).items()))


@pytest.fixture(scope="module")
def fst() -> Fst:
    return compile_graph(count(TEXT, WORDS), LABELS)


@pytest.fixture(scope="module")
def spread() -> Counts:
    """One sentence said often, and many that begin like it."""
    return count(["show my balance"] * 60 + [f"show my {word}" for word in WORDS] * 3, WORDS)


@pytest.fixture(params=["all", "thinned"])
def any_fst(request: pytest.FixtureRequest, spread: Counts) -> Fst:
    return compile_graph(spread if request.param == "all" else spread.thinned((5, 5)), LABELS)


def test_arcs_of_a_state_and_its_backoff_share_all_probability(any_fst: Fst) -> None:
    """Exactly one: what a state lists, its end, and what its back-off adds for the words it does not list."""

    def listed(state: int) -> tuple[dict[int, float], Any]:
        arcs = any_fst.arcs[any_fst.first[state] : any_fst.first[state + 1]]
        table = {int(a["ilabel"]): math.exp(-float(a["weight"])) for a in arcs if a["ilabel"]}
        if np.isfinite(any_fst.final[state]):
            table[-1] = math.exp(-float(any_fst.final[state]))
        return table, [a for a in arcs if not a["ilabel"]]

    def everything(state: int) -> dict[int, float]:
        table, backs = listed(state)
        if backs:
            weight = math.exp(-float(backs[0]["weight"]))
            for label, share in everything(int(backs[0]["nextstate"])).items():
                table.setdefault(label, weight * share)
        return table

    for state in range(any_fst.states):
        assert sum(everything(state).values()) == pytest.approx(1, abs=0.02)


def test_what_was_seen_is_likelier_than_what_was_not(fst: Fst) -> None:
    assert _probability(fst, "how much did i spend") > 100 * _probability(fst, "spend did how i much")
    assert _probability(fst, "zebra") > 0


def test_the_weight_of_a_text_decides(fst: Fst) -> None:
    other = count(["show my zebra"], WORDS)
    heavy = compile_graph(merge([(count(TEXT, WORDS), 1.0), (other, 50.0)], WORDS), LABELS)
    assert _probability(heavy, "show my zebra") > _probability(heavy, "show my balance")


def test_thinning_keeps_what_the_text_owes_most_to(spread: Counts) -> None:
    thin = spread.thinned((5, 5))
    kept = {" ".join(thin.vocabulary[word] for word in row) for row in thin.orders[2][0]}
    assert "show my balance" in kept
    assert "show my zebra" not in kept
    assert len(thin.orders[1][0]) < len(spread.orders[1][0])


def test_what_was_thinned_out_leaves_its_share_to_all_words(spread: Counts) -> None:
    """And not to what was kept, which would then be all that can be said."""
    full, thin = (compile_graph(counts, LABELS) for counts in (spread, spread.thinned((5, 5))))
    often = "show my balance"
    assert _probability(thin, often) == pytest.approx(_probability(full, often), rel=0.4)


def test_a_triple_keeps_the_pairs_it_needs(spread: Counts) -> None:
    thin = spread.thinned((1e9, 5))
    pairs = {tuple(row) for row in thin.orders[1][0].tolist()}
    triples = thin.orders[2][0].tolist()
    assert triples
    assert pairs == {pair for first, middle, last in triples for pair in ((first, middle), (middle, last))}


@pytest.mark.parametrize("compressed", [False, True])
def test_counts_survive_the_disk(tmp_path: Path, compressed: bool) -> None:
    counts = count(TEXT, WORDS)
    counts.save(tmp_path / "c.npz", compressed=compressed)
    again = Counts.load(tmp_path / "c.npz")
    assert again.vocabulary == counts.vocabulary
    assert again.sentences == counts.sentences == len(TEXT)
    for (rows, seen), (rows2, seen2) in zip(counts.orders, again.orders, strict=True):
        assert rows.tolist() == rows2.tolist()
        assert seen.tolist() == seen2.tolist()


def test_unknown_words_are_counted_as_unknown() -> None:
    counts = count(["how much is floccinaucinihilipilification"], WORDS)
    rows, _ = counts.orders[0]
    assert counts.vocabulary.index("[unk]") in rows[:, 0]


def test_one_word_sentences_do_not_need_triples() -> None:
    fst = compile_graph(count(["left"], WORDS), LABELS)
    assert _probability(fst, "left") > 0.1
