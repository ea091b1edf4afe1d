"""What can go wrong between us and a bank."""

from __future__ import annotations

from assistant.errors.base import AssistantError


class BankError(AssistantError):
    """Something between us and one bank. `bank` is the name that the customer knows it by."""

    code = "bank"
    say = "Your bank could not answer that."
    remedy = "Try again in a minute."

    def __init__(
        self,
        detail: str = "",
        *,
        bank: str = "",
        status: int = 0,
        request_id: str = "",
        remedy: str | None = None,
        say: str | None = None,
    ):
        super().__init__(detail, remedy=remedy, say=say)
        self.bank = bank
        self.status = status
        self.request_id = request_id
        self.maybe_done = False
        """Whether the bank may have done what it was asked although no usable answer came."""


class NoBankError(BankError):
    code = "bank.none_connected"
    say = "You have not connected a bank yet."
    remedy = "Run `assistant banks connect`."


class BankUnreachableError(BankError):
    code = "bank.unreachable"
    say = "I cannot reach your bank at the moment."
    remedy = "Check the network, then try again."


class BankTimeoutError(BankUnreachableError):
    code = "bank.timeout"
    say = "Your bank is taking too long to answer."


class BankServerError(BankError):
    code = "bank.server"
    say = "Your bank has a problem on its side."


class BankAnswerError(BankError):
    """The answer was no JSON, or not what the protocol promises."""

    code = "bank.bad_answer"
    say = "Your bank sent an answer that I cannot rely on, so I will not read it out."


class BankIdentityError(BankError):
    """The certificate is not the bank's, or nobody we know vouches for it."""

    code = "bank.identity"
    say = "I could not make sure that this is really your bank, so I asked it nothing."
    remedy = "Check the clock of this computer and the bank's address; somebody may be in between."


class BankBusyError(BankError):
    code = "bank.access_exceeded"
    say = "Your bank allows no more automatic look-ups today."
    remedy = "Ask again tomorrow, or ask in person: reads that you ask for are not counted."


class ConsentError(BankError):
    code = "bank.consent"
    say = "Your bank wants you to renew the permission for me to look at your accounts."
    remedy = "Run `assistant banks connect` again for that bank."


class ConsentExpiredError(ConsentError):
    code = "bank.consent_expired"
    say = "The permission to look at your accounts has run out."


class ConsentRevokedError(ConsentError):
    code = "bank.consent_revoked"
    say = "The permission to look at your accounts was withdrawn."


class ConsentIncompleteError(ConsentError):
    """`received` or `partiallyAuthorised`: nobody, or not everybody, has confirmed it."""

    code = "bank.consent_incomplete"
    say = "The permission to look at your accounts still waits for a confirmation."
    remedy = "Let the other account holder confirm at the bank, or run `assistant banks connect` again."


class CredentialsError(BankError):
    code = "bank.credentials"
    say = "Your bank did not accept the sign-in."
    remedy = "Check the user name and the password, then run `assistant banks connect` again."


class CertificateError(BankError):
    """CERTIFICATE_*, SIGNATURE_* and ROLE_INVALID: it is the program that is refused, not the customer."""

    code = "bank.certificate"
    say = "Your bank does not accept this program as a caller."
    remedy = "The bank wants a registered certificate; connect it through a provider that has one."


class ScaError(BankError):
    code = "bank.sca_failed"
    say = "Your bank did not accept the confirmation."
    remedy = "Start again; a fresh code is sent."


class ScaMethodError(ScaError):
    code = "bank.sca_method"
    say = "Your bank does not know that way of confirming."
    remedy = "Start again and choose one of the ways that the bank offers."


class ScaTimeoutError(ScaError):
    code = "bank.sca_timeout"
    say = "I waited for your confirmation, but your bank did not get it in time."
    remedy = "Start again and confirm in the bank's app or on its page within a few minutes."


class BankRefusedError(BankError):
    """A well-formed refusal (403, 404, 405, 409 and the 400s) with no case of its own."""

    code = "bank.refused"
    say = "Your bank refused that request."


class BankFormatError(BankRefusedError):
    code = "bank.format"
    say = "Your bank did not understand my request."
    remedy = "This is a fault of this program or of the bank; please report it with the code that is shown."


class NotOfferedError(BankRefusedError):
    code = "bank.not_offered"
    say = "Your bank does not offer that."
    remedy = "The bank's own app or branch may be able to do it."


class PeriodError(BankRefusedError):
    code = "bank.period"
    say = "Your bank does not show that period."
    remedy = "Ask for a later one; many banks show the last ninety days."


class AccessBlockedError(BankRefusedError):
    code = "bank.blocked"
    say = "Your bank has blocked access to this account."
    remedy = "Ask the bank why; only the bank can lift it."


class NotKnownError(BankRefusedError):
    code = "bank.unknown"
    say = "Your bank does not know that account or payment any more."
    remedy = "Ask again; if that does not help, connect the bank again."


class WrongStateError(BankRefusedError):
    """409: the same request again would be refused again."""

    code = "bank.state"
    say = "At your bank that is not possible as things stand."
    remedy = "Look at the account at the bank, then ask again."


class ResourceBlockedError(WrongStateError):
    code = "bank.resource_blocked"
    say = "Your bank is already working on that, so it cannot be changed."


class TooLateToCancelError(WrongStateError):
    code = "bank.too_late"
    say = "It is too late to cancel that payment."
    remedy = "Ask the bank or the payee to send the money back."


class PaymentRefusedError(BankRefusedError):
    code = "bank.payment_refused"
    say = "Your bank refused that payment."
    remedy = "Check the account, the amount and the payee, then ask again."


class ExecutionDateError(PaymentRefusedError):
    code = "bank.execution_date"
    say = "Your bank cannot pay on that day."
    remedy = "Choose another day; many banks take no holidays and no past days."


class CardRefusedError(BankRefusedError):
    code = "bank.card"
    say = "Your bank does not accept that card."
    remedy = "Check the card's number and whether it is still valid."


class FundsUnknownError(BankRefusedError):
    code = "bank.funds_unknown"
    say = "Your bank does not tell me whether there is enough money in that account."
    remedy = "Look at the balance instead."
