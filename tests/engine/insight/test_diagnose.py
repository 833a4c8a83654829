"""The sentence for the whole, and what could not be looked at."""

import json

import pytest
from evidence_by_hand import evidence_by_hand, layer_facts

from desktop_app.engine.insight.diagnose import diagnose
from desktop_app.engine.insight.finding import CODES
from desktop_app.engine.insight.titles import TITLES

FALLING = [2.3 * 0.97**step for step in range(100)]


def test_a_healthy_run_says_so():
    found = diagnose(evidence_by_hand({"train_loss": FALLING}))

    assert found.sentence == "This training looks healthy."
    assert found.is_healthy
    assert found.findings == ()


def test_a_run_under_way_is_healthy_so_far():
    assert diagnose(evidence_by_hand({"train_loss": FALLING}, status="running")).sentence == (
        "This training looks healthy so far."
    )


@pytest.mark.parametrize(("steps", "words"), [(0, "no steps have"), (1, "1 step has"), (19, "19 steps have")])
@pytest.mark.parametrize("status", ["running", "stopped"])
def test_a_few_steps_are_too_early_to_tell(steps, words, status):
    found = diagnose(evidence_by_hand({"train_loss": FALLING[:steps]}, status=status))

    assert found.sentence == f"Too early to tell: {words} been taken."


def test_one_thing_is_wrong_and_what_follows_from_it_is_said_after_it():
    reason = "The loss is not finite any more at step 4, with a learning rate of 3."

    found = diagnose(evidence_by_hand({"train_loss": [2.3, 9e9, 1e30]}, status="failed", reason=reason))

    assert found.sentence == (
        "One thing is wrong: the learning rate is too high. From that follows: gradients explode; numbers overflowed."
    )
    assert [each.code for each in found.findings] == ["learning_rate_too_high", "exploding_gradients", "non_finite"]
    assert not found.is_healthy


def test_what_is_only_worth_a_note_leaves_a_run_healthy():
    found = diagnose(
        evidence_by_hand(
            {"train_loss": FALLING},
            {"training.batch_size": 4},
            training_samples=900,
            validation_samples=900,
            learning_batch_norm=True,
        )
    )

    assert "small_batch_norm" in [each.code for each in found.findings if each.severity == "note"]
    assert found.sentence == "This training looks healthy."


def test_a_run_that_failed_for_another_reason_gives_that():
    found = diagnose(evidence_by_hand({"train_loss": FALLING}, status="failed", reason="The disk is full."))

    assert found.sentence == "This training failed: The disk is full."


def test_what_could_not_be_looked_at_is_said():
    bare = diagnose(evidence_by_hand({"train_loss": FALLING}))
    off = diagnose(evidence_by_hand({"train_loss": FALLING}, {"training.instruments": False}, training_samples=9))
    whole = diagnose(
        evidence_by_hand({"train_loss": FALLING, "gradient_norm/a": [1.0]}, training_samples=9, layers=layer_facts("a"))
    )

    assert [text.split(",")[0] for text in bare.unseen] == [
        "The instruments recorded nothing",
        "The run has no facts.json",
    ]
    assert [text.split(",")[0] for text in off.unseen] == ["The instruments were switched off"]
    assert whole.unseen == ()


def test_findings_are_plain_values_with_all_that_programs_rely_on():
    found = diagnose(evidence_by_hand({"train_loss": [2.3, 9e9, 1e30]})).to_dict()

    for each in json.loads(json.dumps(found))["findings"]:
        assert set(each) == {"code", "severity", "layer", "message", "advice", "changes", "because", "evidence"}


def test_every_code_has_a_title():
    assert set(TITLES) == set(CODES)
