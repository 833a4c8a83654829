"""A parity card reads well: one sentence first, figures with their units, and what differs by name."""

import math

import pytest

from desktop_app.engine.export.proof.card_text import asked, failure, lines, markdown, points, verdict
from desktop_app.engine.export.proof.parity_card import (
    Difference,
    Divergence,
    Parity,
    ParityCard,
    ParityRule,
    ProviderParity,
)


def card_of(rule=None, labels=("cat", "dog"), variant="float32", divergence=None, differing=(), more=(), **figures):
    content = {
        "samples": 1200,
        "top1_agreement": 0.995,
        "max_abs_diff": 0.2,
        "mean_abs_diff": 0.01,
        "accuracy_torch": 0.95,
        "accuracy_onnx": 0.925,
        "passed": False,
        **figures,
    }
    providers = (ProviderParity(provider="CPUExecutionProvider", parity=Parity(**content)), *more)
    return ParityCard(
        model="pets.onnx",
        sha256="ab" * 32,
        size_bytes=4_560_000,
        run="pets-1",
        variant=variant,
        labels=labels,
        rule=rule or ParityRule(),
        providers=providers,
        differing=differing,
        divergence=divergence,
    )


def difference(name, onnx_label="dog", torch=(0.6, 0.4), onnx=(0.3, 0.7)):
    return Difference(
        name=name, truth="cat", torch_label="cat", onnx_label=onnx_label, torch=torch, onnx=onnx, difference=0.3
    )


def test_what_passed_is_said_in_one_sentence():
    lossy = ParityRule(largest=None, most_lost=0.03)

    assert verdict(card_of(passed=True)) == 'Passed: pets.onnx gives the answers of the network in "pets-1".'
    lost = verdict(card_of(lossy, variant="int8", passed=True))
    assert lost == 'Passed: pets.onnx loses 2.5 points of the accuracy of the network in "pets-1".'
    assert "keeps the accuracy" in verdict(card_of(lossy, accuracy_onnx=0.96, passed=True))


def test_what_failed_says_by_how_much_and_where():
    parted = Divergence(layer="blocks.1.conv", operator="Conv", difference=0.0456)

    assert failure(card_of(divergence=parted)) == (
        "The exported file does not give the network's answers: on 1,200 samples they differ by up to 0.2, and 99.5% "
        'of the labels agree. The first layer where they part is "blocks.1.conv" (Conv): its output is off by 4.6 %.'
    )
    assert failure(card_of(ParityRule(largest=None, most_lost=0.01), variant="int8")) == (
        "The exported int8 file loses 2.5 points of accuracy on 1,200 samples, and may lose 1."
    )
    assert "answers that are not finite numbers" in failure(card_of(max_abs_diff=math.nan))
    numbers = {"labels": (), "accuracy_torch": None, "accuracy_onnx": None}
    assert failure(card_of(**numbers)).endswith("they differ by up to 0.2 standard deviations.")
    explained = {"explained_torch": 0.9, "explained_onnx": 0.8}
    lost = failure(card_of(ParityRule(largest=None, most_lost=0.01), **numbers, **explained))
    assert "loses 10 points of explained variance" in lost


@pytest.mark.parametrize(
    ("layer", "said"),
    [
        ("preprocessing", "before the first layer, where values are prepared"),
        ("answers", "after the last layer, where answers are made"),
        ("resizing", "where pictures are resized inside the file"),
        ("capture", "something else when it is captured for export"),
    ],
)
def test_a_place_that_is_no_layer_is_described(layer, said):
    assert said in failure(card_of(divergence=Divergence(layer=layer, operator="Div", difference=0.5)))


def test_the_provider_that_is_furthest_off_is_named_where_there_are_several():
    worse = Parity(**{**card_of().parity.model_dump(), "max_abs_diff": 0.4})
    card = card_of(more=(ProviderParity(provider="CUDAExecutionProvider", parity=worse),))

    assert "on 1,200 samples with CUDAExecutionProvider they differ by up to 0.4" in failure(card)
    assert sum("ExecutionProvider:" in line for line in lines(card)) == 2


def test_the_lines_show_samples_with_another_label_and_count_the_rest():
    card = card_of(differing=tuple(difference(f"cat/{place}.png") for place in range(8)))

    shown = "\n".join(lines(card))

    assert "cat/0.png (cat): cat 0.600 by the network, dog 0.700 by the file" in shown
    assert "and 3 more" in shown
    assert "4.56 MB" in shown
    assert "ab" * 32 in shown
    assert "accuracy 95.0% before and 92.5% after" in shown


def test_a_card_that_passed_does_not_list_what_differs_by_rounding():
    same = difference("cat/0.png", onnx_label="cat", onnx=(0.6000001, 0.3999999))

    assert not any("cat/0.png" in line for line in lines(card_of(passed=True, differing=(same,))))
    assert any("Furthest apart" in line for line in lines(card_of(differing=(same,))))


def test_the_markdown_is_a_table_with_a_row_a_provider():
    text = markdown(card_of(passed=True))

    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert len({row.count("|") for row in rows}) == 1
    assert len(rows) == 3
    assert "| CPUExecutionProvider | 1,200 | 99.5% | 0.2 | 0.01 | 95.0%, 92.5% |" in rows


@pytest.mark.parametrize(
    ("share", "said"), [(0.01, "1 point"), (0.0, "0 points"), (1.0, "100 points"), (-0.125, "-12.5 points")]
)
def test_shares_are_said_in_points(share, said):
    assert points(share) == said


def test_remarks_about_how_the_file_was_made_are_part_of_it():
    card = card_of(passed=True).model_copy(update={"remarks": ("Two layers were left in float32.",)})

    assert lines(card)[1].strip() == "Two layers were left in float32."
    assert markdown(card).startswith('Passed: pets.onnx gives the answers of the network in "pets-1". Two layers were')


def test_what_was_asked_for_is_said():
    numbers = {
        "labels": (),
        "accuracy_torch": None,
        "accuracy_onnx": None,
        "explained_torch": 1.0,
        "explained_onnx": 1.0,
    }
    lossy = ParityRule(largest=None, most_lost=0.015)

    assert asked(card_of()) == "the same label, and no probability further off than 0.0001"
    assert asked(card_of(**numbers)) == "no answer further off than 0.0001 standard deviations"
    assert asked(card_of(ParityRule(largest=None, most_lost=0.01))) == "at most 1 point of accuracy lost"
    assert asked(card_of(lossy)) == "at most 1.5 points of accuracy lost"
    assert asked(card_of(lossy, **numbers)) == "at most 1.5 points of explained variance lost"
    assert asked(card_of(ParityRule(largest=None))) == "finite answers"
