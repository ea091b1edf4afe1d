"""What the actions say, against the practice bank's own books."""

from __future__ import annotations

from collections import Counter

from tests.actions.books import Books, Line, written
from tests.actions.talk import Said, Talk, names, period

FEBRUARY = period("2026-02-01", "2026-02-28", "last month", "month")
JANUARY = period("2026-01-01", "2026-01-31", "in January", "month")
YEAR = period("2026-01-01", "2026-12-31", "this year", "year")
ABOVE_FIFTY = {"value": "50", "currency": None, "comparison": "above", "upper": None}


def total(lines: list[Line]) -> str:
    return written(abs(sum(line.minor for line in lines)))


def one(said: list[Said], response: str) -> Said:
    (found,) = [each for each in said if each.response == response]
    return found


# --- balances --------------------------------------------------------------------------------


def test_the_balance_of_one_account_and_which_balance_it_is(talk: Talk, books: Books) -> None:
    (said,) = talk("action_check_balance", account="savings")
    assert said.response == "utter_balance"
    assert said.values == {
        "amount": written(books.available("savings")),
        "account": "Rainy day savings",
        "kind": "available",
    }


def test_a_card_tells_what_is_owed_and_what_is_left(talk: Talk, books: Books) -> None:
    owed, limit = talk("action_check_balance", account="visa")
    booked = books.booked("visa")
    assert booked < 0
    assert owed == Said("utter_balance_card_owed", {"amount": written(-booked), "account": "Harbour Visa"})
    assert limit.values == {"left": written(500_000 + booked), "limit": "€5,000.00"}


def test_all_balances_with_one_total_for_each_currency(talk: Talk, books: Books) -> None:
    said = talk("action_check_balance")
    euros = sum(books.available(key) for key in ("everyday", "savings", "joint"))
    answer = one(said, "utter_balances")
    assert answer.values["total"] == f"{written(euros)} and {written(books.available('sterling'), '£')}"
    assert len(answer.values["table"].splitlines()) == 5
    assert names(said)[-1] == "utter_more_offer"
    (rest,) = talk("action_more")
    heard = answer.values["items"] + rest.values["items"]
    for name in (
        "Everyday account",
        "Rainy day savings",
        "Joint account",
        "Harbour Visa",
        "Sterling account",
    ):
        assert heard.count(name) == 1
    assert names(talk("action_more")) == ["utter_more_none"]


def test_a_kind_of_account_is_all_of_that_kind(talk: Talk, books: Books) -> None:
    answer = one(talk("action_check_balance", account="current account"), "utter_balances")
    euros = sum(books.available(key) for key in ("everyday", "joint"))
    assert answer.values["total"].startswith(written(euros))


def test_one_bank_alone(talk: Talk, books: Books) -> None:
    answer = one(talk("action_check_balance", bank="meadow"), "utter_balances")
    assert answer.values["total"] == written(books.available("everyday") + books.available("savings"))


def test_yesterdays_balance_is_not_known_and_that_is_said(talk: Talk) -> None:
    talk("action_check_balance", account="savings")
    said = talk("action_refine", period=FEBRUARY)
    assert names(said) == ["utter_balance_only_now", "utter_balance"]


def test_accounts_are_listed_with_their_banks(talk: Talk) -> None:
    answer = one(talk("action_list_accounts"), "utter_accounts")
    assert answer.values["number"] == "5 accounts"
    assert answer.values["items"].count(" Bank") == 3
    assert "Harbour Visa (Harbour Bank, card, EUR)" in answer.values["table"]


# --- account details -------------------------------------------------------------------------


def test_an_iban_is_read_in_groups_of_four(talk: Talk) -> None:
    (said,) = talk("action_account_details", account="joint account")
    groups = said.values["iban"].split(" ")
    assert [len(group) for group in groups] == [4, 4, 4, 4, 4, 2]
    assert groups[0][:2] == "IE"
    assert groups[1] == "HRBR"


def test_several_ibans_are_shown_and_one_is_asked_for(talk: Talk) -> None:
    (asked,) = talk("action_account_details")
    assert asked.response == "utter_which_account"
    assert len(asked.values["table"].splitlines()) == 4
    (said,) = talk("action_not_understood", "the second one")
    second = asked.values["options"].split(", ")[1]
    assert said.values["account"] == second


def test_a_card_has_no_iban_but_an_end(talk: Talk) -> None:
    (said,) = talk("action_account_details", account="visa")
    assert said.response == "utter_account_details_card"
    assert said.values["card"] == "•••• 3241"
    assert "€5,000.00" in said.values["table"]


# --- transactions ----------------------------------------------------------------------------


def test_the_latest_transactions_newest_first_three_aloud(talk: Talk, books: Books) -> None:
    said = talk("action_list_transactions")
    newest = max(line.on for line in books.lines)
    answer = one(said, "utter_transactions_latest")
    assert answer.values["items"].count(";") == 2
    assert answer.values["table"].splitlines()[0].startswith(f"{newest:%A} {newest.day} ")
    assert len(answer.values["table"].splitlines()) == 10


def test_who_asks_for_five_hears_five(talk: Talk) -> None:
    (answer,) = talk("action_list_transactions", count=5)
    assert answer.values["items"].count(";") == 4


def test_more_after_the_last_three_is_the_next_three(talk: Talk) -> None:
    everything = talk("action_list_transactions", count=6)
    (first,) = talk("action_list_transactions", count=3)
    (second,) = talk("action_more")
    assert second.response == "utter_more"
    assert [*first.values["table"].splitlines(), *second.values["table"].splitlines()] == (
        everything[0].values["table"].splitlines()
    )
    talk("action_list_transactions", count=3)
    assert names(talk("action_affirm")) == ["utter_nothing_to_affirm"]


def test_the_last_few_of_many_are_not_called_all_that_was_found(talk: Talk) -> None:
    (answer,) = talk("action_search_transactions", merchant="tesco", period=YEAR, count=2)
    assert answer.response == "utter_transactions_latest"
    assert answer.values["where"] == " at Tesco this year"
    assert answer.values["items"].count(";") == 1


def test_a_search_counts_sums_and_says_what_it_searched_for(talk: Talk, books: Books) -> None:
    lines = books.of("2026-02-01", "2026-02-28", lambda line: line.name == "Tesco")
    answer = one(
        talk("action_search_transactions", merchant="tesco", period=FEBRUARY), "utter_transactions_found"
    )
    assert answer.values["number"] == f"{len(lines)} payments"
    assert answer.values["total"] == total(lines)
    assert answer.values["where"] == " at Tesco last month"


def test_reading_on_reaches_the_end(talk: Talk, books: Books) -> None:
    lines = books.of("2026-01-01", "2026-03-18", lambda line: line.category == "5411")
    said = talk("action_search_transactions", category="groceries", period=YEAR)
    heard = one(said, "utter_transactions_found").values["items"].split("; ")
    turns = 0
    while names(said)[-1] == "utter_more_offer":
        said = talk("action_more")
        heard += said[0].values["items"].split("; ")
        turns += 1
    assert len(heard) == len(lines)
    assert turns == (len(lines) - 1) // 3
    assert names(talk("action_more")) == ["utter_more_none"]


def test_amounts_narrow_a_search_down(talk: Talk, books: Books) -> None:
    talk("action_list_transactions")
    said = talk("action_refine", amount=ABOVE_FIFTY)
    lines = books.of("2025-12-19", "2026-03-18", lambda line: abs(line.minor) > 5000)
    answer = one(said, "utter_transactions_both_ways")
    assert answer.values["number"].split()[0] == str(len(lines))
    assert answer.values["where"] == " above €50.00 in the last 90 days"
    euros = [line.minor for line in lines if line.currency == "€"]
    assert answer.values["paid"].split(" and ")[0] == written(-sum(minor for minor in euros if minor < 0))
    assert answer.values["received"].split(" and ")[0] == written(sum(minor for minor in euros if minor > 0))


def test_abroad_and_then_one_city(talk: Talk, books: Books) -> None:
    abroad = books.of("2026-01-01", "2026-03-18", lambda line: line.country not in (None, "IE"))
    assert abroad
    said = talk("action_search_transactions", place="abroad", period=YEAR)
    assert one(said, "utter_transactions_found").values["number"] == f"{len(abroad)} payments"
    city = Counter(line.city for line in abroad).most_common(1)[0][0]
    assert city is not None
    there = [line for line in abroad if line.city == city]
    answer = one(talk("action_refine", place=city.lower()), "utter_transactions_found")
    assert answer.values["where"] == f" in {city} this year"
    assert answer.values["number"] == f"{len(there)} payments"


def test_money_that_came_in(talk: Talk, books: Books) -> None:
    lines = books.of("2026-02-01", "2026-02-28", lambda line: line.minor > 0)
    said = talk("action_search_transactions", direction="incoming", period=FEBRUARY)
    answer = one(said, "utter_transactions_found")
    assert answer.values["number"] == f"{len(lines)} credits"
    assert answer.values["where"] == " coming in last month"


def test_nothing_found_says_what_was_searched_for(talk: Talk) -> None:
    (said,) = talk("action_search_transactions", merchant="harrods", amount=ABOVE_FIFTY)
    assert said == Said(
        "utter_transactions_none", {"where": " at Harrods above €50.00 in the last 15 months"}
    )


def test_a_name_that_two_people_have_is_asked_about_once(talk: Talk, books: Books) -> None:
    (asked,) = talk("action_search_transactions", "what did I pay durand", merchant="durand", period=YEAR)
    assert asked == Said("utter_which", {"options": "Martin Durand or Martine Durand"})
    said = talk("action_refine", "martine durand", merchant="martine durand")
    lines = books.of("2026-01-01", "2026-03-18", lambda line: line.name == "Martine Durand")
    assert lines
    assert all("Martine" in str(each.values.get("where")) for each in said[:1])
    assert names(said)[0] == ("utter_transactions_one" if len(lines) == 1 else "utter_transactions_found")


# --- spending --------------------------------------------------------------------------------


def test_spending_at_a_shop_and_compared_with_the_month_before(talk: Talk, books: Books) -> None:
    february = -sum(
        line.minor for line in books.of("2026-02-01", "2026-02-28", lambda line: line.name == "Tesco")
    )
    january = -sum(
        line.minor for line in books.of("2026-01-01", "2026-01-31", lambda line: line.name == "Tesco")
    )
    said = talk("action_spending", merchant="tesco", period=FEBRUARY)
    assert one(said, "utter_spent").values["total"] == written(february)
    assert one(said, "utter_spent").values["where"] == " at Tesco last month"
    compared = said[1]
    assert compared.response == ("utter_compare_more" if february > january else "utter_compare_less")
    assert compared.values["difference"] == written(abs(february - january))
    assert compared.values["previous"] == written(january)
    assert compared.values["before"] == "the month before"


def test_a_month_that_runs_is_compared_with_the_same_days(talk: Talk, books: Books) -> None:
    def groceries(since: str, until: str) -> int:
        return -sum(line.minor for line in books.of(since, until, lambda line: line.category == "5411"))

    said = talk("action_spending", category="groceries")
    assert said[0].values["total"] == written(groceries("2026-03-01", "2026-03-18"))
    assert said[0].values["where"] == " on groceries this month"
    assert said[1].values["previous"] == written(groceries("2026-02-01", "2026-02-18"))
    assert said[1].values["before"] == "in the same days of the month before"


def test_all_spending_leaves_own_transfers_out_and_takes_refunds_off(talk: Talk, books: Books) -> None:
    lines = books.of(
        "2026-02-01", "2026-02-28", lambda line: line.currency == "€" and not line.is_own_transfer
    )
    out = -sum(line.minor for line in lines if line.minor < 0)
    back = sum(line.minor for line in lines if line.minor > 0 and line.category)
    said = talk("action_spending", period=FEBRUARY)
    assert one(said, "utter_spent").values["total"].split(" and ")[0] == written(out - back)
    most = one(said, "utter_spent_most")
    assert most.values["items"].startswith("rent €1,350.00")


def test_follow_ups_keep_what_was_not_said_again(talk: Talk, books: Books) -> None:
    talk("action_spending", merchant="tesco", period=FEBRUARY)
    said = talk("action_refine", period=JANUARY)
    assert said[0].values["where"] == " at Tesco in January"
    said = talk("action_refine", merchant="lidl")
    assert said[0].values["where"] == " at Lidl in January"
    talk("action_thank")
    talk("action_help")
    said = talk("action_refine", category="groceries")
    assert said[0].values["where"] == " on groceries in January"
    said = talk("action_refine", account="joint account")
    lines = books.of(
        "2026-01-01", "2026-01-31", lambda line: line.category == "5411" and line.account == "joint"
    )
    assert said[0].values == {
        "total": total(lines),
        "where": " on groceries from your Joint account in January",
        "number": f"{len(lines)} payments",
    }


def test_is_that_more_than_before_is_about_the_last_question(talk: Talk) -> None:
    first = talk("action_spending", merchant="tesco", period=FEBRUARY)
    said = talk("action_compare_spending")
    assert names(said)[0] == "utter_spent"
    assert said[:2] == first[:2]


def test_the_month_before_the_one_that_was_talked_about(talk: Talk, books: Books) -> None:
    before = {
        "entity": "period",
        "role": "before",
        "value": period("2026-01-01", "2026-01-31", "the month before", "month"),
    }
    december = books.of("2025-12-01", "2025-12-31", lambda line: line.name == "Tesco")
    talk("action_spending", merchant="tesco", period=JANUARY)
    said = talk("action_refine", period=before)
    assert said[0].values["where"] == " at Tesco the month before"
    assert said[0].values["total"] == total(december)
    talk("action_spending", merchant="tesco", period=JANUARY)
    said = talk("action_compare_spending", period=before)
    assert said[0].values["where"] == " at Tesco in January"
    assert said[1].values["previous"] == total(december)


def test_a_month_that_runs_is_not_compared_with_a_whole_one_even_if_that_was_named(
    talk: Talk, books: Books
) -> None:
    march = period("2026-03-01", "2026-03-31", "this month", "month")
    against = {"entity": "period", "role": "against", "value": FEBRUARY}
    said = talk("action_compare_spending", merchant="tesco", period=[march, against])
    lines = books.of("2026-02-01", "2026-02-18", lambda line: line.name == "Tesco")
    assert said[1].values["previous"] == total(lines)
    assert said[1].values["before"] == "in the same days of the month before"


def test_two_months_can_be_named(talk: Talk, books: Books) -> None:
    against = {"entity": "period", "role": "against", "value": JANUARY}
    said = talk("action_compare_spending", merchant="tesco", period=[YEAR, against])
    january = books.of("2026-01-01", "2026-01-31", lambda line: line.name == "Tesco")
    assert said[0].values["where"] == " at Tesco this year"
    assert said[1].values["previous"] == total(january)
    assert said[1].values["before"] == "in January"


def test_without_a_time_a_shop_or_a_place_is_looked_for_further_back(talk: Talk, books: Books) -> None:
    cities = {line.city for line in books.of("2026-03-01", "2026-03-18")}
    away = next(
        line for line in books.lines if line.city and line.city not in cities and line.currency == "€"
    )
    assert away.city
    lines = books.of("2024-12-18", "2026-03-18", lambda line: line.city == away.city and line.currency == "€")
    said = talk("action_spending", place=away.city.lower())
    assert said[0].values["where"] == f" in {away.city} in the last 15 months"
    assert said[0].values["total"].split(" and ")[0] == total(lines)
    lines = [line for line in books.lines if line.name == "Marie Dubois" and line.minor > 0]
    said = talk("action_income", merchant="marie")
    assert said[0].values["total"] == total(lines)


def test_nothing_spent_is_said_with_what_was_asked(talk: Talk) -> None:
    assert talk("action_spending", merchant="harrods", period=FEBRUARY) == [
        Said("utter_spent_nothing", {"where": " at Harrods last month"})
    ]


def test_to_a_person_money_goes_to(talk: Talk) -> None:
    said = talk("action_spending", merchant="tom baker", period=YEAR)
    assert said[0].values["where"] == " to Tom Baker this year"


# --- cards -----------------------------------------------------------------------------------


def test_where_a_card_was_used(talk: Talk, books: Books) -> None:
    lines = books.of("2026-01-01", "2026-03-18", lambda line: line.account == "visa" and line.minor < 0)
    said = talk("action_card_usage", account="visa", period=YEAR)
    answer = one(said, "utter_card_used")
    assert answer.values["card"] == "your Harbour Visa"
    assert answer.values["times"] == f"{len(lines)} times"
    assert answer.values["total"] == total(lines)
    place, count = Counter(line.city for line in lines).most_common(1)[0]
    assert answer.values["items"].startswith(f"{place} {count} times")
    abroad = [line for line in lines if line.country not in (None, "IE")]
    assert one(said, "utter_card_used_abroad").values["times_abroad"] == f"{len(abroad)} times"


def test_a_card_that_stayed_at_home(talk: Talk, books: Books) -> None:
    quiet = next(
        day
        for day in sorted(
            {line.on for line in books.lines if line.account == "visa" and line.minor < 0}, reverse=True
        )
        if all(line.country == "IE" for line in books.of(day.isoformat(), day.isoformat()) if line.country)
    ).isoformat()
    said = talk("action_card_usage", account="visa", period=period(quiet, quiet, "that day", "day"))
    assert "utter_card_used_home" in names(said)


def test_a_card_that_was_not_used(talk: Talk) -> None:
    (said,) = talk("action_card_usage", account="visa", place="tokyo", period=YEAR)
    assert said == Said("utter_card_unused", {"card": "your Harbour Visa", "where": " in Tokyo this year"})


# --- income ----------------------------------------------------------------------------------


def test_the_last_salary(talk: Talk, books: Books) -> None:
    last = max((line for line in books.lines if line.purpose == "SALA"), key=lambda line: line.on)
    (said,) = talk("action_income", category="salary")
    assert said.response == "utter_salary"
    assert said.values["amount"] == written(last.minor)
    assert said.values["payer"] == "Brightwater Design"
    assert said.values["date"] == f"{last.on.day} {last.on:%B}"


def test_income_is_neither_own_money_nor_refunds(talk: Talk, books: Books) -> None:
    lines = books.of(
        "2026-02-01",
        "2026-02-28",
        lambda line: (
            line.minor > 0 and not line.is_own_transfer and not line.category and line.currency == "€"
        ),
    )
    answer = one(talk("action_income", period=FEBRUARY), "utter_income")
    assert answer.values["total"].split(" and ")[0] == total(lines)


def test_salary_over_a_time_is_summed(talk: Talk, books: Books) -> None:
    lines = books.of("2026-01-01", "2026-03-18", lambda line: line.purpose in ("SALA", "BONU"))
    (said,) = talk("action_income", category="salary", period=YEAR)
    assert said.response == "utter_salary_total"
    assert said.values["total"] == total(lines)


# --- what is due -----------------------------------------------------------------------------


def test_standing_orders_are_coming_up(talk: Talk) -> None:
    said = talk("action_upcoming_payments")
    table = one(said, "utter_upcoming").values["table"]
    assert "1 April · Liffey Homes · €1,350.00" in table
    assert "City Gym · €39.00" in table
    expected = [line for line in table.splitlines() if line.endswith("expected")]
    assert any("Netflix" in line for line in expected)
    assert not any("Liffey Homes" in line for line in expected)
    assert "utter_upcoming_expected" in names(said)


def test_when_the_rent_is_due(talk: Talk) -> None:
    (said,) = talk("action_upcoming_payments", category="rent")
    assert said.response == "utter_upcoming_one"
    assert "€1,350.00 to Liffey Homes" in said.values["items"]


def test_a_week_without_payments(talk: Talk) -> None:
    past = period("2026-02-01", "2026-02-28", "last month", "month")
    assert talk("action_upcoming_payments", period=past) == [
        Said("utter_upcoming_none", {"where": " last month"})
    ]


def test_subscriptions_are_found_without_any_order(talk: Talk) -> None:
    said = talk("action_recurring_payments", category="subscriptions")
    answer = one(said, "utter_recurring")
    assert answer.values["number"] == "2 regular payments"
    assert "Netflix" in answer.values["table"]
    assert "Spotify" in answer.values["table"]
    assert names(said)[-1] == "utter_recurring_rule"


def test_regular_payments_cost_so_much_a_month(talk: Talk, books: Books) -> None:
    said = talk("action_recurring_payments")
    answer = one(said, "utter_recurring")
    assert answer.values["items"].startswith("Liffey Homes, €1,350.00 every month")
    names_in_table = {line.split(" · ")[0] for line in answer.values["table"].splitlines()}
    assert {"Green Isle Energy", "Clearwave Broadband", "Shield Insurance"} <= names_in_table
    assert not names_in_table & {"Tesco", "Cash withdrawal", "Starbucks"}
