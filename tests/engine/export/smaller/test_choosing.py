"""Which variant is recommended."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.engine.export.exported import Exported, Latency
from desktop_app.engine.export.proof.parity_card import Parity, ParityCard, ParityRule, ProviderParity
from desktop_app.engine.export.smaller.choosing import lost, recommended


def exported(variant, size, accuracy=0.9, milliseconds=None, **parity):
    found = Parity(
        samples=100,
        top1_agreement=1.0,
        max_abs_diff=0.1,
        mean_abs_diff=0.0,
        passed=True,
        **{"accuracy_torch": 0.9, "accuracy_onnx": accuracy, **parity},
    )
    card = ParityCard(
        model=f"{variant}.onnx",
        sha256="",
        size_bytes=size,
        run="run-1",
        variant=variant,
        labels=("a", "b"),
        rule=ParityRule(),
        providers=(ProviderParity(provider="CPUExecutionProvider", parity=found),),
    )
    latency = None
    if milliseconds is not None:
        latency = Latency(provider="CPUExecutionProvider", threads=1, batch=32, single_ms=milliseconds, batch_ms=1.0)
    return Exported(onnx=Path(f"{variant}.onnx"), card=card, latency=latency)


def test_the_smallest_that_keeps_the_accuracy_is_recommended():
    files = [exported("float32", 400), exported("float16", 200, 0.895), exported("int8", 100, 0.88)]

    assert recommended(files, 0.0).variant == "float32"
    assert recommended(files, 0.01).variant == "float16"
    assert recommended(files, 0.02).variant == "int8"  # to the rounding of binary fractions


def test_of_equally_small_files_the_fastest_is_recommended():
    files = [exported("float32", 1000, milliseconds=3.0), exported("float16", 980, milliseconds=5.0)]

    assert recommended(files, 0.01).variant == "float32"
    assert recommended([files[0], exported("int8", 990, milliseconds=1.0)], 0.01).variant == "int8"
    assert recommended([files[0], exported("int8", 990)], 0.01).variant == "float32"  # what was not measured comes last


def test_a_regression_is_judged_by_the_variance_that_it_explains():
    none = {"accuracy_torch": None, "accuracy": None}
    kept = exported("int8", 100, **none, explained_torch=0.8, explained_onnx=0.795)
    worse = exported("int8", 100, **none, explained_torch=0.8, explained_onnx=0.6)

    assert recommended([exported("float32", 400, **none), kept], 0.01) == kept
    assert recommended([exported("float32", 400, **none), worse], 0.01).variant == "float32"


def test_nothing_can_be_recommended_of_files_that_all_lose_too_much():
    with pytest.raises(ValueError, match="no float32 one"):
        recommended([exported("int8", 100, 0.1)], 0.01)


@given(
    st.lists(
        st.tuples(st.sampled_from(["float16", "int8"]), st.integers(1, 10**6), st.floats(0, 1), st.floats(0.1, 99)),
        max_size=6,
    ),
    st.floats(0, 1),
)
def test_what_is_recommended_keeps_the_accuracy_and_nothing_much_smaller_does(smaller, most_lost):
    files = [exported("float32", 10**6), *(exported(*each) for each in smaller)]

    found = recommended(files, most_lost)

    assert found.variant == "float32" or lost(found.card) <= most_lost + 1e-9
    for each in files:
        if lost(each.card) <= most_lost:
            assert each.card.size_bytes * 1.05 >= found.card.size_bytes


def test_choosing_needs_no_torch():
    program = "import sys, desktop_app.engine.export.smaller.choosing; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
