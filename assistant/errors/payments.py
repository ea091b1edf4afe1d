"""What can go wrong with money on its way. Nothing moved, unless the sentence says otherwise."""

from __future__ import annotations

from assistant.errors.banks import BankError, NotOfferedError, PaymentRefusedError, ScaError, WrongStateError
from assistant.errors.base import AssistantError
from assistant.errors.machine import StorageError

# --- before the bank is asked -----------------------------------------------------------------


class OrderError(AssistantError):
    """Something about the order that no bank could carry out."""

    code = "payment"
    say = "I cannot hand that payment to your bank as it stands."
    remedy = "Say the amount, the account and the payee again."


class AmountError(OrderError):
    code = "payment.amount"
    say = "That is no amount that can be paid."
    remedy = "Name an amount above zero, with no more than two digits after the point."


class AccountError(OrderError):
    code = "payment.account"
    say = "I cannot pay from that account."
    remedy = "Choose an account that has an account number and is held in the currency of the payment."


class IbanError(OrderError):
    code = "payment.iban"
    say = "That is not a correct account number; a digit may be wrong or missing."
    remedy = "Compare the IBAN with the bill, group by group, and give it again."


class IbanLengthError(IbanError):
    code = "payment.iban_length"
    say = "That account number is too short or too long."


class IbanDigitsError(IbanError):
    code = "payment.iban_digits"
    say = "That account number cannot be right: its check digits do not fit."


class PayeeExistsError(OrderError):
    """Two payees of one name, or one account under two names, would be taken for each other."""

    code = "payment.payee_exists"
    say = "There is already a payee with that name or that account number."
    remedy = "Choose another name, or remove the payee that is there first."


class PayeeUnknownError(OrderError):
    code = "payment.payee_unknown"
    say = "That payee is not on your list."
    remedy = "Ask for your payees to hear who is on the list."


class ScheduleError(OrderError):
    code = "payment.schedule"
    say = "I cannot pay on those days."
    remedy = "Name a first day that is not past, and a last day after it."


class JournalError(StorageError):
    """The record of payments cannot be written or read. Before a payment this means that nothing was sent."""

    code = "storage.journal"
    say = "I cannot keep a safe record of payments on this computer, so I send none."
    remedy = "Make room on the disk, unlock the keyring, and check that the folder can be written to."


class PayeeBookError(StorageError):
    """The customer's own list of payees cannot be written or read."""

    code = "storage.payees"
    say = "I cannot read or change your list of payees on this computer."
    remedy = "Make room on the disk, unlock the keyring, and check that the folder can be written to."


# --- at the bank ------------------------------------------------------------------------------


class FundsError(PaymentRefusedError):
    """FUNDS_NOT_AVAILABLE, or a refusal with `fundsAvailable: false`."""

    code = "bank.funds"
    say = "There is not enough money in that account, so your bank did not pay."
    remedy = "Pay from another account, or move money there first."


class PayeeMismatchError(PaymentRefusedError):
    code = "bank.payee_mismatch"
    say = "The name does not belong to that account number, so your bank did not pay."
    remedy = "Ask the payee for the exact name and the account number; it may be a fraud."


class ProductError(NotOfferedError):
    """PRODUCT_INVALID and PRODUCT_UNKNOWN: instant payments, for instance, at a bank that has none."""

    code = "bank.product"
    say = "Your bank does not offer that kind of payment from this account."
    remedy = "Send it as an ordinary payment, or from another account."


class PaymentCancelledError(PaymentRefusedError):
    code = "bank.payment_cancelled"
    say = "That payment was cancelled, so nothing was paid."
    remedy = "Order it again if it was not you who cancelled it."


class ScaDeclinedError(ScaError):
    """The bank ended the confirmation without a wrong code of ours: declined in the app or on the page."""

    code = "bank.sca_declined"
    say = "The confirmation was declined at your bank."
    remedy = "Start again and approve in the bank's app or on its page."


class ScaExpiredError(ScaError):
    code = "bank.sca_expired"
    say = "The time to confirm is over at your bank."
    remedy = "Start again; a fresh code is sent."


class PaymentUnknownError(BankError):
    """The answer was lost after the order may have reached the bank. It is looked for, never sent anew."""

    code = "bank.payment_unknown"
    say = "I lost touch with your bank, so I do not know yet whether that payment went through."
    remedy = "Do not send it again: it is looked for at the bank, now and at the next start."


class PaymentOpenError(WrongStateError):
    """The very same order was handed over before, and what became of it is not known."""

    code = "bank.payment_open"
    say = "I still do not know whether that very payment went through the first time."
    remedy = "Look at the account at the bank; if it is not there, order the same again, and I go on with it."


class RequestClosedError(WrongStateError):
    code = "bank.request_closed"
    say = "That is not open any more: it was paid or declined, or its day has passed."
    remedy = "Ask for your bills to hear what is still open."


class CancellationUnknownError(BankError):
    code = "bank.cancellation_unknown"
    say = "I lost touch with your bank, so I do not know whether the payment is cancelled."
    remedy = "Ask for the state of the payment in a minute, or look at the bank."
