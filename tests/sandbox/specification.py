"""The published OpenAPI file of XS2A 1.3.11, when it is at hand: every answer is held against it."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]
from jsonschema import RefResolver  # type: ignore[import-untyped]
from openapi_schema_validator import OAS30Validator, oas30_format_checker

NAME = "psd2-api_v1.3.11.yaml"
WHY_SKIPPED = f"no {NAME}: set ASSISTANT_SPECS to the folder that holds it, or put it into ../shared/specs"


def specification_file() -> Path | None:
    folders = [os.environ.get("ASSISTANT_SPECS"), Path(__file__).resolve().parents[3] / "shared" / "specs"]
    for folder in folders:
        if folder and (Path(folder) / NAME).is_file():
            return Path(folder) / NAME
    return None


_PAYMENT_SERVICES = ("payments", "periodic-payments")


class Specification:
    def __init__(self, file: Path):
        self._document: dict[str, Any] = yaml.load(file.read_text("utf-8"), Loader=yaml.CSafeLoader)
        self._resolver = RefResolver.from_schema(self._document)

    def faults(self, method: str, path: str, status: int, body: Any) -> list[str]:
        """What is wrong with an answer, one line each. `path` begins with `/v1`."""
        operation = self._operation(method, path)
        if operation is None:
            # The caller asked for what the standard does not know; only the error body is checked.
            schemas = [self._document["components"]["schemas"]["Error400_NG_AIS"]] if status >= 400 else []
        else:
            response = operation["responses"].get(str(status))
            if response is None:
                return [f"{method} {path}: {status} is no status of this operation"]
            schemas = self._schemas(self._resolve(response))
        if not schemas:
            return [] if body is None else [f"{method} {path}: {status} has no body in the standard"]
        problems = [self._problems(schema, body) for schema in schemas]
        return [] if not all(problems) else [f"{method} {path} {status}: {line}" for line in problems[0]]

    def _operation(self, method: str, path: str) -> dict[str, Any] | None:
        parts = path.split("/")
        for template, operations in self._document["paths"].items():
            names = template.split("/")
            if (
                len(names) == len(parts)
                and method.lower() in operations
                and all(n.startswith("{") or n == p for n, p in zip(names, parts, strict=True))
                and ("{payment-service}" in names) == (parts[2] in _PAYMENT_SERVICES)
            ):
                found: dict[str, Any] = operations[method.lower()]
                return found
        return None

    def _schemas(self, response: dict[str, Any]) -> list[Any]:
        """The alternatives for a JSON body. An update of an authorisation has a `oneOf` of which
        several always fit, since all their properties are optional: any of them will do."""
        content = response.get("content", {}).get("application/json")
        if content is None:
            return []
        schema = content["schema"]
        return list(schema["oneOf"]) if "oneOf" in schema else [schema]

    def _problems(self, schema: Any, body: Any) -> list[str]:
        validator = OAS30Validator(schema, resolver=self._resolver, format_checker=oas30_format_checker)
        return [
            f"{'.'.join(str(step) for step in error.absolute_path) or 'body'}: {error.message[:300]}"
            for error in validator.iter_errors(body)
        ]

    def _resolve(self, node: dict[str, Any]) -> dict[str, Any]:
        if "$ref" not in node:
            return node
        _, found = self._resolver.resolve(node["$ref"])
        resolved: dict[str, Any] = found
        return resolved


@lru_cache(maxsize=1)
def specification() -> Specification | None:
    file = specification_file()
    return Specification(file) if file else None
