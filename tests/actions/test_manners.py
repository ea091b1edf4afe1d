"""Going on, going back and giving up: everything that is not itself a question to a bank."""

from __future__ import annotations

import pytest

from tests.actions.talk import Said, Talk, names, period

FEBRUARY = period("2026-02-01", "2026-02-28", "last month", "month")


def test_the_customer_is_greeted_by_name(talk: Talk) -> None:
    assert talk("action_greet") == [Said("utter_greet_name", {"name": "Anna"})]


def test_the_last_answer_is_repeated_word_for_word(talk: Talk) -> None:
    first = talk("action_spending", merchant="tesco", period=FEBRUARY)
    talk("action_thank")
    assert talk("action_repeat") == first
    assert talk("action_repeat") == first


def test_there_may_be_nothing_to_repeat(talk: Talk) -> None:
    assert names(talk("action_repeat")) == ["utter_repeat_nothing"]


def test_slower_says_it_again_more_slowly_and_stays_slow(talk: Talk) -> None:
    talk("action_check_balance", account="savings")
    said = talk("action_slower")
    assert names(said) == ["utter_slower", "utter_balance"]
    first = float(said[1].speech_rate or "1")
    assert first < 1
    assert float(talk("action_slower")[1].speech_rate or "1") < first
    assert talk("action_thank")[0].speech_rate == talk.slots["speech_rate"]


def test_there_is_an_end_to_slow_and_to_fast(talk: Talk) -> None:
    for action, last in (("action_slower", "utter_slowest"), ("action_faster", "utter_fastest")):
        heard = [names(talk(action))[0] for _ in range(8)]
        assert heard[-1] == last
        assert len(set(heard)) == 2


def test_faster_brings_slow_speech_back_to_normal(talk: Talk) -> None:
    talk("action_slower")
    talk("action_faster")
    assert talk.slots["speech_rate"] is None
    assert talk("action_thank")[0].speech_rate is None


def test_a_broken_speed_is_taken_as_normal(talk: Talk) -> None:
    talk.slots["speech_rate"] = "brisk"
    assert names(talk("action_faster")) == ["utter_faster"]


def test_stop_ends_the_list_and_keeps_the_question(talk: Talk) -> None:
    talk("action_search_transactions", category="groceries", period=FEBRUARY)
    assert names(talk("action_stop")) == ["utter_stopped"]
    assert names(talk("action_more")) == ["utter_more_none"]
    assert talk("action_refine", merchant="lidl")[0].values["where"] == " at Lidl last month"


def test_cancel_forgets_the_question(talk: Talk) -> None:
    talk("action_spending", merchant="tesco", period=FEBRUARY)
    assert names(talk("action_cancel")) == ["utter_cancelled"]
    assert names(talk("action_refine", merchant="lidl")) == ["utter_refine_nothing"]


def test_goodbye_leaves_nothing_for_the_next_person(talk: Talk) -> None:
    talk("action_check_balance", account="savings")
    assert names(talk("action_goodbye")) == ["utter_goodbye"]
    assert talk.slots["query"] is None
    assert names(talk("action_repeat")) == ["utter_repeat_nothing"]


def test_yes_reads_on_and_no_does_not(talk: Talk) -> None:
    talk("action_search_transactions", category="groceries", period=FEBRUARY)
    assert names(talk("action_affirm"))[0] == "utter_more"
    assert names(talk("action_deny")) == ["utter_okay"]
    assert names(talk("action_affirm")) == ["utter_nothing_to_affirm"]


def test_yes_is_no_answer_to_which_and_no_drops_it(talk: Talk) -> None:
    asked = talk("action_search_transactions", merchant="durand")
    assert talk("action_affirm") == asked
    talk("action_deny")
    assert names(talk("action_out_of_scope", "the second one")) == ["utter_out_of_scope"]


def test_an_open_choice_is_answered_whatever_it_was_taken_for(talk: Talk) -> None:
    for action in ("action_refine", "action_not_understood", "action_out_of_scope", "action_check_balance"):
        talk("action_search_transactions", merchant="durand")
        said = talk(action, "martine please")
        assert "Martine Durand" in str(said[0].values.get("where")), action


def test_another_question_closes_an_open_choice(talk: Talk) -> None:
    talk("action_search_transactions", "durand", merchant="durand")
    said = talk("action_check_balance", "how much is in my savings account now", account="savings account")
    assert names(said) == ["utter_balance"]
    assert names(talk("action_not_understood", "the first one")) == ["utter_not_understood"]


def test_a_follow_up_needs_a_question_and_something_new(talk: Talk) -> None:
    assert names(talk("action_refine", account="savings")) == ["utter_refine_nothing"]
    talk("action_check_balance", account="savings")
    assert names(talk("action_refine")) == ["utter_refine_unclear"]


def test_all_accounts_again(talk: Talk) -> None:
    talk("action_check_balance", account="savings")
    assert names(talk("action_refine", "and all accounts together"))[0] == "utter_balances"


def test_a_shop_after_a_balance_is_about_transactions(talk: Talk) -> None:
    talk("action_check_balance", account="everyday account")
    said = talk("action_refine", merchant="tesco", period=FEBRUARY)
    assert said[0].values["where"] == " at Tesco in your Everyday account last month"


@pytest.mark.parametrize(
    ("text", "response"),
    [
        ("what can you do", "utter_help"),
        ("help me with my cards", "utter_help_cards"),
        ("what can I ask about spending", "utter_help_spending"),
        ("help with transfers", "utter_help_payments"),
        ("", "utter_help"),
    ],
)
def test_help_knows_topics(talk: Talk, text: str, response: str) -> None:
    assert names(talk("action_help", text)) == [response]


def test_what_cannot_be_done(talk: Talk) -> None:
    assert names(talk("action_out_of_scope", "send tom fifty euros")) == ["utter_out_of_scope"]
    assert names(talk("action_not_understood", "blah")) == ["utter_not_understood"]


def test_what_was_heard_badly_is_said_back(talk: Talk) -> None:
    talk.metadata = {"certainty": 0.2, "clarity": 0.5}
    (said,) = talk("action_not_understood", "i bought it in toy town")
    talk.metadata = {}
    assert said.response == "utter_say_again"
    assert said.values == {"heard": "i bought it in toy town"}


def test_a_memory_that_something_else_wrote_does_no_harm(talk: Talk) -> None:
    talk.slots.update(query={"action": "action_unheard_of", "filters": {}}, rest="x", last_reply=None)
    said = talk("action_refine", account="savings")
    assert said[0].values["code"] == "internal"
    assert names(talk("action_more")) == ["utter_more_none"]


def test_what_was_cut_off_is_read_on_at_once_or_after_a_stop(talk: Talk) -> None:
    talk.metadata = {"unheard": "and forty cents"}
    assert talk("action_more") == [Said("utter_rest", {"rest": "and forty cents"})]
    assert names(talk("action_stop")) == ["utter_stopped"]
    talk.metadata = {}
    assert talk("action_more") == [Said("utter_rest", {"rest": "and forty cents"})]
    assert names(talk("action_more")) == ["utter_more_none"]


def test_another_answer_forgets_what_was_cut_off(talk: Talk) -> None:
    talk.metadata = {"unheard": "and forty cents"}
    talk("action_stop")
    talk.metadata = {}
    talk("action_thank")
    assert names(talk("action_more")) == ["utter_more_none"]
