"""Results of an evaluation that was never made, for tests of scores and pages."""

from __future__ import annotations

from assistant.training.evaluation.scores import Result, Sentence

INTENTS = ("check_balance", "spending", "out_of_scope", "income", "<b>odd & long_name_of_an_intent</b>")


def sentence(number: int, meant: str, taken: str, *, sure: float = 0.9, **more: object) -> Sentence:
    return Sentence(f"sentence number {number} <i>", meant, taken, sure, taken, **more)  # type: ignore[arg-type]


def result(wrong: int = 12, *, name: str = "sample") -> Result:
    """200 sentences, the first `wrong` of them understood as something else."""
    sentences = []
    for number in range(200):
        meant = INTENTS[number % len(INTENTS)]
        taken = INTENTS[(number + 1) % len(INTENTS)] if number < wrong else meant
        marks = (("account", 0, 8),)
        found = marks if number % 7 else (("bank", 0, 8),)
        sure = 0.5 + (number % 50) / 100
        sentences.append(sentence(number, meant, taken, sure=sure, wanted=marks, found=found))
    return Result(name, tuple(sentences), (("measured by", "nobody"),))
