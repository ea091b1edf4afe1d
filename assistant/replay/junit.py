"""Results as JUnit XML, the form that continuous integration shows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from xml.sax.saxutils import XMLGenerator
from xml.sax.xmlreader import AttributesImpl

from assistant.errors import StorageError
from assistant.replay.measures import Measures
from assistant.replay.results import CaseResult, Kind


def write_junit(path: Path, results: Iterable[CaseResult], measures: Measures) -> None:
    """A test a case, written one at a time. Raises StorageError."""
    failures = sum(count for kind, count in measures.kinds.items() if kind is not Kind.CRASH)
    totals = {
        "tests": str(measures.cases),
        "failures": str(failures),
        "errors": str(measures.kinds[Kind.CRASH]),
    }
    try:
        with path.open("w", encoding="utf-8") as file:
            xml = XMLGenerator(file, "utf-8", short_empty_elements=True)
            xml.startDocument()
            xml.startElement("testsuites", _named({}))
            xml.startElement("testsuite", _named({"name": "assistant replay", **totals}))
            for result in results:
                _write(xml, result)
            xml.endElement("testsuite")
            xml.endElement("testsuites")
            xml.endDocument()
    except OSError as error:
        raise StorageError(f"{path}: {error.strerror}") from error


def _write(xml: XMLGenerator, result: CaseResult) -> None:
    name = ", ".join([result.scenario, *([result.variation] if result.variation else [])])
    if result.repeat > 1:
        name += f", time {result.repeat}"
    xml.startElement(
        "testcase", _named({"classname": result.file, "name": _clean(name), "time": f"{result.took:.3f}"})
    )
    if result.kind is not None:
        lines = list(told(result))
        tag = "error" if result.kind is Kind.CRASH else "failure"
        xml.startElement(tag, _named({"type": result.kind.value, "message": _clean(lines[0])}))
        xml.characters(_clean("\n".join(lines)))
        xml.endElement(tag)
    xml.endElement("testcase")


def told(result: CaseResult) -> Iterator[str]:
    """What went wrong, a line each."""
    if result.crash:
        yield result.crash
    for turn in result.turns:
        for problem in turn.problems:
            yield f"turn {turn.number} “{turn.said or turn.heard}”: {problem.kind.value}: {problem.text}"


def _clean(text: str) -> str:
    """Without what XML 1.0 cannot hold."""
    return "".join(sign for sign in text if sign >= " " or sign in "\t\n")


def _named(attributes: Mapping[str, object]) -> AttributesImpl[str]:
    return AttributesImpl({name: str(value) for name, value in attributes.items()})
