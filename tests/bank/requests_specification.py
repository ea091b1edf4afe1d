"""The published OpenAPI file as a judge of requests: path, query, headers and body."""

from __future__ import annotations

from typing import Any

import yaml  # type: ignore[import-untyped]
from jsonschema import RefResolver  # type: ignore[import-untyped]
from openapi_schema_validator import OAS30Validator, oas30_format_checker

from tests.bank.crooked import Seen
from tests.sandbox.specification import specification_file

_SERVICES = ("payments", "periodic-payments")
"""In the order of the bodies that the file has for them."""
_OF_HTTP = frozenset(
    {"host", "user-agent", "accept", "accept-encoding", "connection", "content-length", "content-type"}
)


class RequestRules:
    """Raises LookupError when the file is not at hand."""

    def __init__(self) -> None:
        file = specification_file()
        if file is None:
            raise LookupError
        self._document: dict[str, Any] = yaml.load(file.read_text("utf-8"), Loader=yaml.CSafeLoader)
        self._resolver = RefResolver.from_schema(self._document)

    def faults(self, seen: Seen, path: str) -> list[str]:
        """What is wrong with a request, one line each. `path` begins with `/v1`."""
        operation = self._operation(seen.method, path)
        if operation is None:
            return [f"{seen.method} {path} is no call of the standard"]
        parameters = [self._resolve(each) for each in operation.get("parameters", ())]
        given = {"query": dict(seen.query), "header": dict(seen.headers)}
        found: list[str] = []
        for kind, values in given.items():
            known = {each["name"].lower(): each for each in parameters if each["in"] == kind}
            missing = {name for name, each in known.items() if each.get("required")} - _lower(values)
            found += [f"{name} is missing" for name in missing]
            for name, value in values.items():
                if name.lower() in known:
                    found += self._problems(known[name.lower()]["schema"], value, name)
                elif kind == "query" or name not in _OF_HTTP:
                    found.append(f"{kind} {name} is unknown to the standard")
        return [f"{seen.method} {path}: {each}" for each in found + self._body(operation, seen, path)]

    def _body(self, operation: dict[str, Any], seen: Seen, path: str) -> list[str]:
        if "requestBody" not in operation:
            return ["a body where there is none"] if seen.body else []
        content = self._resolve(operation["requestBody"])["content"]["application/json"]["schema"]
        alternatives = content.get("oneOf", [content])
        service, *further = path.split("/")[2:]
        if service in _SERVICES and len(further) == 1:
            alternatives = [alternatives[_SERVICES.index(service)]]
        problems = [self._problems(each, seen.json(), "body") for each in alternatives]
        return [] if not all(problems) else problems[0]

    def _problems(self, schema: Any, value: Any, name: str) -> list[str]:
        resolved = self._resolve(schema)
        if isinstance(value, str) and resolved.get("type") in ("boolean", "integer"):
            value = {"true": True, "false": False}.get(value, int(value) if value.isdigit() else value)
        validator = OAS30Validator(schema, resolver=self._resolver, format_checker=oas30_format_checker)
        return [f"{name}: {error.message[:200]}" for error in validator.iter_errors(value)]

    def _operation(self, method: str, path: str) -> dict[str, Any] | None:
        parts = path.split("/")
        for template, operations in self._document["paths"].items():
            names = template.split("/")
            fits = len(names) == len(parts) and ("{payment-service}" not in names or parts[2] in _SERVICES)
            if fits and all(n.startswith("{") or n == p for n, p in zip(names, parts, strict=True)):
                found: dict[str, Any] | None = operations.get(method.lower())
                if found is not None:
                    return found
        return None

    def _resolve(self, node: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in node:
            _, node = self._resolver.resolve(node["$ref"])
        return node


def _lower(values: dict[str, str]) -> set[str]:
    return {name.lower() for name in values}
