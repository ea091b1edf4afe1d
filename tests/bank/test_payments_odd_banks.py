"""Paying at banks that answer in other ways than the practice bank, every answer written by the test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from assistant.bank.connections import Connection, Connections
from assistant.bank.payment import (
    Frequency,
    Match,
    Order,
    PayeeCheck,
    Payment,
    PaymentState,
    Product,
    Schedule,
)
from assistant.bank.payments import Payments
from assistant.bank.sca import Wish
from assistant.bank.sca_steps import Challenge
from assistant.errors import (
    BankAnswerError,
    BankError,
    BankIdentityError,
    CancellationUnknownError,
    FundsError,
    NotOfferedError,
    PaymentCancelledError,
    PaymentRefusedError,
    PaymentUnknownError,
    ProductError,
    ScaExpiredError,
    TooLateToCancelError,
)
from tests.bank.conftest import TODAY, journal_in
from tests.bank.crooked import CrookedBank, Line, Seen, crooked_bank, self_signed
from tests.bank.customer import Customer
from tests.bank.paying import HASTE
from tests.bank.requests_specification import RequestRules
from tests.bank.test_payment_orders import EVERYDAY, GERMAN, IRISH, order

HERE = "/v1/payments/sepa-credit-transfers/p1"
ONE = f"{HERE}/authorisations/a1"
ORDER = replace(order(), bank="Crooked Bank")
CUT = "cut"
"""In place of an answer: the line is cut."""


def step(status: str = "", **links: str) -> dict[str, Any]:
    said = {"scaStatus": status} if status else {}
    return {**said, "_links": {name: {"href": href} for name, href in links.items()}}


def made(status: str = "RCVD", /, **links: str) -> dict[str, Any]:
    return {"transactionStatus": status, "paymentId": "p1", **step(**links)}


def refusal(code: str, status: int = 400) -> tuple[int, dict[str, Any]]:
    return status, {"tppMessages": [{"category": "ERROR", "code": code, "text": GERMAN}]}


def entry(**more: Any) -> dict[str, Any]:
    return {
        "transactionId": "t1",
        "bookingDate": TODAY.isoformat(),
        "transactionAmount": {"currency": "EUR", "amount": "-45.00"},
        "creditorName": "Marie Dubois",
        "creditorAccount": {"iban": GERMAN},
        "remittanceInformationUnstructured": "concert",
        **more,
    }


class Script:
    """A bank whose answers a test names by method and kind of path; a list is one answer a call, the last of
    which stays. An answer is an object, a status with an object, or a cut line."""

    def __init__(self, **answers: Any):
        usual: dict[str, Any] = {
            "POST_payment": made(startAuthorisation=f"{HERE}/authorisations"),
            "POST_authorisation": (201, step("scaMethodSelected", authoriseTransaction=ONE)),
            "PUT_authorisation": step("finalised"),
            "GET_authorisation": step("finalised"),
            "GET_status": {"transactionStatus": "ACSC"},
            "DELETE_payment": (204, {}),
            "GET_accounts": {
                "accounts": [
                    {"resourceId": "1", "iban": IRISH, "currency": "EUR", "name": "Everyday account"}
                ]
            },
            "GET_cards": refusal("PRODUCT_UNKNOWN", 404),
            "GET_transactions": {"transactions": {"booked": []}},
            "POST_funds-confirmations": (200, {"fundsAvailable": "true"}),
            "POST_payee-verifications": refusal("RESOURCE_UNKNOWN", 404),
        }
        self.answers = {
            name: list(answer) if isinstance(answer, list) else [answer]
            for name, answer in {**usual, **answers}.items()
        }

    def __call__(self, line: Line, seen: Seen) -> None:
        waiting = self.answers[f"{seen.method}_{_kind(seen.path)}"]
        answer = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        if answer == CUT:
            line.reset()
            return
        status, body = (
            answer if isinstance(answer, tuple) else (201 if seen.method == "POST" else 200, answer)
        )
        if status == 204:
            line.send(b"HTTP/1.1 204 No Content\r\n\r\n")
        else:
            line.json(body, status)


def _kind(path: str) -> str:
    last = path.rsplit("/", 1)[-1]
    if "authorisations" in path:
        return "authorisation"
    return {
        "sepa-credit-transfers": "payment",
        "instant-sepa-credit-transfers": "payment",
        "p1": "payment",
        "card-accounts": "cards",
    }.get(last, last)


class Typist(Customer):
    def ask_otp(self, challenge: Challenge) -> str:
        return "123456"


ANNA = Typist("")


class Met:
    """What came of a script: the payments, and the requests that the bank saw."""

    def __init__(self, bank: CrookedBank, payments: Payments, connections: Connections):
        self.bank = bank
        self.payments = payments
        self._connections = connections

    def move_to(self, base_url: str) -> None:
        """From now on the bank is called there."""
        (connection,) = self._connections.all()
        self._connections.save(replace(connection, base_url=base_url))

    def pay(self, order: Order = ORDER) -> Payment:
        return self.payments.pay(order, ANNA, Wish())

    def moves(self) -> list[str]:
        """The calls that were not reads."""
        return [seen.method for seen in self.bank.seen if seen.method != "GET"]

    def known(self) -> PaymentState:
        """What the journal says of the only payment."""
        (payment,) = self.payments.alike(ORDER)
        return payment.state


Meet = Callable[..., Met]


@pytest.fixture
def meet(tmp_path: Path) -> Iterator[Meet]:
    connections = Connections(tmp_path / "banks", keyring=False)
    with ExitStack() as closing:

        def meet_bank(script: Script, *, days_later: int = 0) -> Met:
            bank = closing.enter_context(crooked_bank(script))
            connections.save(Connection("Crooked Bank", bank.base_url, "anna", "consent-1", None))
            payments = Payments(
                connections,
                journal_in(tmp_path / "banks"),
                patience=HASTE,
                today=lambda: TODAY + timedelta(days=days_later),
            )
            closing.callback(payments.close)
            return Met(bank, payments, connections)

        yield meet_bank


def test_what_the_bank_is_told(meet: Meet) -> None:
    met = meet(Script())
    payment = met.pay()
    first = met.bank.seen[0]
    assert first.headers["x-request-id"] == payment.request_id
    assert first.headers["psu-id"] == "anna"
    assert first.headers["psu-ip-address"] == "127.0.0.1"
    assert first.headers["tpp-rejection-nofunds-preferred"] == "true"
    assert "consent-id" not in first.headers, "the permission to look is none to pay"
    assert first.json()["endToEndIdentification"] == payment.end_to_end
    assert first.json()["instructedAmount"] == {"currency": "EUR", "amount": "45.00"}
    assert met.moves() == ["POST", "POST", "PUT"]


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("RCVD", PaymentState.RECEIVED),
        ("PDNG", PaymentState.RECEIVED),
        ("PATC", PaymentState.ANOTHER_SIGNATURE),
        ("ACTC", PaymentState.CHECKED),
        ("ACWC", PaymentState.CHANGED),
        ("ACSP", PaymentState.ON_ITS_WAY),
        ("ACSC", PaymentState.PAID),
        ("ACCC", PaymentState.ARRIVED),
        ("NEWS", PaymentState.UNKNOWN),
    ],
)
def test_a_confirmed_payment_is_called_what_the_bank_calls_it(
    meet: Meet, status: str, state: PaymentState
) -> None:
    met = meet(Script(GET_status={"transactionStatus": status}))
    assert met.pay().state is state
    assert met.known() is state
    assert [each.state for each in met.payments.reconcile()] == [state], "nobody has been told yet"


def test_a_bank_that_takes_a_moment_is_waited_for(meet: Meet) -> None:
    statuses = [{"transactionStatus": each} for each in ("RCVD", "RCVD", "ACSC")]
    assert meet(Script(GET_status=statuses)).pay().state is PaymentState.PAID


def test_an_instant_payment_is_waited_for_a_little_longer(meet: Meet) -> None:
    met = meet(Script(GET_status=[{"transactionStatus": each} for each in ("ACSP", "ACSC")]))
    assert met.pay(replace(ORDER, product=Product.INSTANT)).state is PaymentState.PAID


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"transactionStatus": "RJCT"}, PaymentRefusedError),
        ({"transactionStatus": "RJCT", "fundsAvailable": "false"}, FundsError),
        ({"transactionStatus": "RJCT", "fundsAvailable": True}, PaymentRefusedError),
        ({"transactionStatus": "CANC"}, PaymentCancelledError),
    ],
)
def test_a_payment_that_is_refused_in_the_end(
    meet: Meet, body: dict[str, Any], kind: type[BankError]
) -> None:
    met = meet(Script(GET_status=body))
    with pytest.raises(BankError) as error:
        met.pay()
    assert type(error.value) is kind
    assert met.known().is_final
    assert met.payments.reconcile() == (), "the error told it"


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (refusal("PAYMENT_FAILED"), PaymentRefusedError),
        (refusal("FUNDS_NOT_AVAILABLE"), FundsError),
        (refusal("PRODUCT_INVALID", 403), ProductError),
        (made("RJCT"), PaymentRefusedError),
    ],
)
def test_a_payment_that_is_refused_at_once(meet: Meet, answer: Any, kind: type[BankError]) -> None:
    met = meet(Script(POST_payment=answer))
    with pytest.raises(BankError) as error:
        met.pay()
    assert type(error.value) is kind
    assert met.moves() == ["POST"]
    assert met.known().is_final
    assert met.payments.reconcile() == ()
    with pytest.raises(kind):
        met.pay()  # nothing is open, so it may be tried again


@pytest.mark.parametrize(
    "answer",
    [
        CUT,
        refusal("INTERNAL_SERVER_ERROR", 500),
        refusal("SERVICE_UNAVAILABLE", 503),
        (408, {}),
        (301, {}),
        {"transactionStatus": "RCVD"},
        {**made(), "paymentId": 7},
        {**made(), "paymentId": "p1\r\nHost: evil.example"},
        {**made(), "transactionStatus": None},
    ],
)
def test_an_answer_that_nobody_can_rely_on_is_no_answer(meet: Meet, answer: Any) -> None:
    met = meet(Script(POST_payment=answer))
    with pytest.raises(PaymentUnknownError):
        met.pay()
    assert met.moves() == ["POST"], "sent once"
    assert met.known() is PaymentState.UNKNOWN


def test_no_connection_means_that_nothing_was_sent(meet: Meet, free_tcp_port: int) -> None:
    met = meet(Script())
    met.move_to(f"http://127.0.0.1:{free_tcp_port}/v1")
    with pytest.raises(BankError):
        met.pay()
    assert met.known() is PaymentState.NOT_DONE


def test_a_bank_that_nobody_vouches_for_is_sent_nothing(meet: Meet, tmp_path: Path) -> None:
    met = meet(Script())
    with crooked_bank(Script(), tls=self_signed(tmp_path)) as crooked:
        met.move_to(f"https://127.0.0.1:{crooked.port}/v1")
        with pytest.raises(BankIdentityError):
            met.pay()
        assert crooked.seen == []
    assert met.known() is PaymentState.NOT_DONE


@pytest.mark.parametrize(
    ("report", "state"),
    [
        ({"booked": [entry()]}, PaymentState.PAID),
        ({"pending": [entry(bookingDate=None)]}, PaymentState.ON_ITS_WAY),
    ],
)
def test_what_needs_no_confirmation_is_found_on_the_account(
    meet: Meet, report: dict[str, Any], state: PaymentState
) -> None:
    met = meet(Script(POST_payment=CUT, GET_transactions={"transactions": report}))
    assert met.pay().state is state
    assert met.moves() == ["POST"]


def test_the_entry_of_another_payment_is_none(meet: Meet) -> None:
    report = {"booked": [entry(endToEndId="another"), entry(creditorName="Ana", creditorAccount=None)]}
    met = meet(Script(POST_payment=CUT, GET_transactions={"transactions": report}))
    with pytest.raises(PaymentUnknownError):
        met.pay()


def test_a_payment_that_needs_no_confirmation(meet: Meet) -> None:
    met = meet(Script(POST_payment=made("ACSP", status=f"{HERE}/status", self=HERE)))
    assert met.pay().state is PaymentState.PAID
    assert met.moves() == ["POST"]


@pytest.mark.parametrize("before", ["RCVD", "ACTC"])
def test_an_order_that_nobody_confirmed_is_withdrawn(meet: Meet, before: str) -> None:
    met = meet(
        Script(
            POST_payment=made(before, startAuthorisation=f"{HERE}/authorisations"),
            PUT_authorisation=refusal("RESOURCE_EXPIRED", 403),
            GET_status={"transactionStatus": before},
        )
    )
    with pytest.raises(ScaExpiredError):
        met.pay()
    assert met.moves() == ["POST", "POST", "PUT", "DELETE"]
    assert met.known() is PaymentState.CANCELLED


def test_a_way_to_confirm_that_we_lack(meet: Meet) -> None:
    met = meet(
        Script(POST_payment=made(scaOAuth="https://bank.example/"), GET_status={"transactionStatus": "RCVD"})
    )
    with pytest.raises(NotOfferedError):
        met.pay()
    assert met.known() is PaymentState.CANCELLED


@pytest.mark.parametrize(
    ("status", "state"),
    [("ACSC", PaymentState.PAID), ("ACSP", PaymentState.ON_ITS_WAY), ("ACTC", PaymentState.CHECKED)],
)
def test_a_confirmation_that_worked_though_no_answer_says_so(
    meet: Meet, status: str, state: PaymentState
) -> None:
    script = Script(
        PUT_authorisation=CUT,
        GET_authorisation=refusal("INTERNAL_SERVER_ERROR", 500),
        GET_status={"transactionStatus": status},
    )
    assert meet(script).pay().state is state


def test_a_bank_that_falls_silent_leaves_it_unknown_until_it_speaks(meet: Meet) -> None:
    script = Script(PUT_authorisation=CUT, GET_authorisation=CUT, GET_status=CUT, DELETE_payment=CUT)
    met = meet(script)
    with pytest.raises(PaymentUnknownError):
        met.pay()
    assert met.known() is PaymentState.RECEIVED, "the last that was heard"
    assert met.moves()[:3] == ["POST", "POST", "PUT"]
    script.answers["GET_status"] = [{"transactionStatus": "ACSC"}]
    assert [each.state for each in met.payments.reconcile()] == [PaymentState.PAID]


def test_a_payment_that_the_bank_has_forgotten_is_looked_for(meet: Meet) -> None:
    script = Script(GET_status={"transactionStatus": "ACSP"})
    met = meet(script)
    payment = met.pay()
    script.answers["GET_status"] = [refusal("RESOURCE_UNKNOWN", 404)]
    assert met.payments.refresh(payment).state is PaymentState.ON_ITS_WAY
    booked = {"transactions": {"booked": [entry(endToEndId=payment.end_to_end)]}}
    script.answers["GET_transactions"] = [booked]
    assert met.payments.refresh(payment).state is PaymentState.PAID


def test_the_second_try_of_the_customer_has_the_ids_of_the_first(meet: Meet) -> None:
    script = Script(POST_payment=[CUT, made(startAuthorisation=f"{HERE}/authorisations")])
    met = meet(script)
    with pytest.raises(PaymentUnknownError):
        met.pay()
    (payment,) = met.payments.alike(ORDER)
    assert met.payments.resume(payment, Wish()).confirm(ANNA).state is PaymentState.PAID
    first, second = [
        seen for seen in met.bank.seen if _kind(seen.path) == "payment" and seen.method == "POST"
    ]
    assert first.body == second.body
    assert first.headers["x-request-id"] == second.headers["x-request-id"]


def test_what_the_bank_has_confirmed_and_not_sent_is_not_gone_on_with(meet: Meet) -> None:
    first = made(startAuthorisation=f"{HERE}/authorisations")
    authorisations = [{"authorisationIds": ["a1"]}, step("finalised")]
    pending = {"transactionStatus": "PDNG"}
    met = meet(Script(POST_payment=first, GET_authorisation=authorisations, GET_status=pending))
    met.payments.start(ORDER, Wish())
    before = met.moves()
    assert met.payments.unfinished(ORDER) is None
    assert met.known() is PaymentState.RECEIVED
    assert met.moves() == before


def test_a_conflict_at_the_second_try_leaves_it_unknown(meet: Meet) -> None:
    met = meet(Script(POST_payment=[CUT, refusal("STATUS_INVALID", 409)]))
    with pytest.raises(PaymentUnknownError):
        met.pay()
    (payment,) = met.payments.alike(ORDER)
    with pytest.raises(PaymentUnknownError):
        met.payments.resume(payment, Wish())
    assert met.known() is PaymentState.UNKNOWN


@pytest.mark.parametrize(
    ("answers", "kind"),
    [
        ({"DELETE_payment": refusal("CANCELLATION_INVALID", 405)}, TooLateToCancelError),
        ({"DELETE_payment": CUT, "GET_status": {"transactionStatus": "ACTC"}}, CancellationUnknownError),
        ({"DELETE_payment": (202, {"transactionStatus": "ACTC"})}, CancellationUnknownError),
        (
            {
                "DELETE_payment": (202, {"transactionStatus": "ACTC"}),
                "GET_status": [{"transactionStatus": each} for each in ("ACTC", "ACTC", "ACSC")],
            },
            TooLateToCancelError,
        ),
    ],
)
def test_a_cancellation_that_does_not_work(
    meet: Meet, answers: dict[str, Any], kind: type[BankError]
) -> None:
    met = meet(Script(**{"GET_status": {"transactionStatus": "ACTC"}, **answers}))
    payment = met.pay()
    with pytest.raises(kind):
        met.payments.cancel(payment, ANNA, Wish())
    assert met.known() is not PaymentState.CANCELLED


def test_a_cancellation_that_is_confirmed(meet: Meet) -> None:
    statuses = [{"transactionStatus": each} for each in ("ACTC", "ACTC", "CANC")]
    links = step(startAuthorisation=f"{HERE}/cancellation-authorisations")
    met = meet(Script(DELETE_payment=(202, {"transactionStatus": "ACTC", **links}), GET_status=statuses))
    payment = met.pay()
    assert met.payments.cancel(payment, ANNA, Wish()).state is PaymentState.CANCELLED
    paths = [seen.path for seen in met.bank.seen]
    assert f"{HERE}/cancellation-authorisations" in paths


def test_a_cancellation_whose_answer_was_lost_is_looked_up(meet: Meet) -> None:
    statuses = [{"transactionStatus": each} for each in ("ACTC", "ACTC", "CANC")]
    met = meet(Script(DELETE_payment=CUT, GET_status=statuses))
    payment = met.pay()
    assert met.payments.cancel(payment, ANNA, Wish()).state is PaymentState.CANCELLED
    assert met.moves().count("DELETE") == 1


def test_a_standing_order_whose_answer_was_lost_is_looked_for_among_them(meet: Meet) -> None:
    schedule = Schedule(TODAY + timedelta(days=3), Frequency.MONTHLY)
    details = {"startDate": "2026-03-21", "frequency": "Monthly"}
    listed = {
        "transactions": {
            "information": [
                entry(additionalInformationStructured={"standingOrderDetails": details}, bookingDate=None)
            ]
        }
    }
    met = meet(Script(POST_payment=CUT, GET_transactions=[{"transactions": {"booked": []}}, listed]))
    assert met.pay(replace(ORDER, schedule=schedule)).state is PaymentState.CHECKED


def test_a_bank_that_checks_no_payees(meet: Meet) -> None:
    for answer in (refusal("RESOURCE_UNKNOWN", 404), refusal("SERVICE_INVALID", 405)):
        met = meet(Script(**{"POST_payee-verifications": answer}))
        assert met.payments.check_payee("Crooked Bank", ORDER.payee) == PayeeCheck(Match.NOT_POSSIBLE)


@pytest.mark.parametrize("answer", [{"result": "PERHAPS"}, {"result": True}, {}])
def test_a_payee_check_that_says_nothing_known(meet: Meet, answer: dict[str, Any]) -> None:
    met = meet(Script(**{"POST_payee-verifications": (200, answer)}))
    with pytest.raises(BankAnswerError):
        met.payments.check_payee("Crooked Bank", ORDER.payee)


@pytest.mark.parametrize("answer", [{"fundsAvailable": "perhaps"}, {"fundsAvailable": None}, {}])
def test_funds_that_are_neither_there_nor_not(meet: Meet, answer: dict[str, Any]) -> None:
    met = meet(Script(**{"POST_funds-confirmations": (200, answer)}))
    with pytest.raises(BankAnswerError):
        met.payments.funds(replace(EVERYDAY, bank="Crooked Bank"), ORDER.money)


def test_every_request_is_as_the_standard_has_it(meet: Meet, rules: RequestRules) -> None:
    statuses = [{"transactionStatus": each} for each in ("ACTC", "ACTC", "CANC")]
    links = step(startAuthorisation=f"{HERE}/cancellation-authorisations")
    script = Script(
        POST_authorisation=(201, step("psuIdentified", updatePsuAuthentication=ONE)),
        PUT_authorisation=step("finalised"),
        DELETE_payment=(202, {"transactionStatus": "ACTC", **links}),
        GET_status=statuses,
    )
    met = meet(script)
    met.payments.cancel(met.pay(), ANNA, Wish(redirect_uri="https://example.org/back"))
    script.answers["GET_status"] = [{"transactionStatus": "ACTC"}]
    schedule = Schedule(TODAY, Frequency.QUARTERLY, TODAY + timedelta(days=500), 31)
    met.pay(replace(ORDER, remittance="", on=TODAY))
    met.pay(replace(ORDER, schedule=schedule, product=Product.INSTANT))
    script.answers["POST_payment"] = [CUT]
    with pytest.raises(PaymentUnknownError):
        met.pay(replace(ORDER, remittance="lost"))
    assert met.payments.funds(replace(EVERYDAY, bank="Crooked Bank"), ORDER.money), "a text for a truth"
    faults = {fault for seen in met.bank.seen for fault in rules.faults(seen, seen.path)}
    assert not faults, "\n".join(sorted(faults))
    assert {seen.path.split("/")[2] for seen in met.bank.seen} >= {"payments", "periodic-payments"}
