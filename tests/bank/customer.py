"""Anna at her practice banks: what a person does, done by a program."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import requests

from assistant.bank.sca_steps import Challenge, ScaMethod

SECONDS = 20


@dataclass
class Customer:
    """Answers what the bank's steps ask for, and keeps what was asked and shown."""

    base_url: str
    """`http://127.0.0.1:PORT`, of the practice bank."""
    password: str = "sunflower"
    psu_id: str = "anna"
    method: str = "SMS_OTP"
    wrong_codes: int = 0
    """How many wrong codes to give first."""
    asked: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    challenges: list[Challenge] = field(default_factory=list)
    pages: list[str] = field(default_factory=list)

    def ask_password(self, bank: str, psu_id: str) -> str:
        assert psu_id == self.psu_id
        self.asked.append(f"password for {bank}")
        return self.password

    def choose_method(self, methods: Sequence[ScaMethod]) -> ScaMethod:
        self.asked.append("method")
        return next(method for method in methods if method.id == self.method)

    def ask_otp(self, challenge: Challenge) -> str:
        self.asked.append("code")
        self.challenges.append(challenge)
        if self.wrong_codes:
            self.wrong_codes -= 1
            return "0" * 12
        waiting = practice(self.base_url, "GET", "otp")["codes"]
        return str(next(code["code"] for code in waiting if code["psuId"] == self.psu_id))

    def ask_confirmation_code(self) -> str:
        self.asked.append("confirmation")
        return "confirmed-by-anna"

    def show_message(self, message: str) -> None:
        self.messages.append(message)

    def open_url(self, url: str) -> None:
        self.pages.append(url)


def practice(base_url: str, method: str, name: str, **order: Any) -> Any:
    """One of the practice bank's own calls, see docs/practice-bank.md."""
    answer = requests.request(method, f"{base_url}/practice/{name}", json=order or None, timeout=SECONDS)
    assert answer.status_code == 200, answer.text
    return answer.json()


def order_fault(base_url: str, bank: str, kind: str, **more: Any) -> None:
    practice(base_url, "POST", "faults", bank=bank, kind=kind, **more)


def root(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
