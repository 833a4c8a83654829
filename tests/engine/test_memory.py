"""Lack of memory: real lack in a process of its own, parts of batches, and what is tried to find out what fits."""

import subprocess
import sys
import textwrap

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop_app.engine.evaluation.in_loop import evaluate
from desktop_app.engine.memory import is_lack_of_memory, largest_that_fits, parts_of
from desktop_app.engine.prepare import prepare
from desktop_app.engine.run import Run
from desktop_app.engine.stage import StageMaker

# A hidden layer of 40,000 units: 1,400 samples make 224 MB of each of its tensors, and its weights take 10 MB.
SCARCE = """
import json, resource, sys
from pathlib import Path
import psutil
from desktop_app.engine.events import StageStarted
from desktop_app.engine.experiment import Experiment
from desktop_app.engine.session import Session
from desktop_app.registry import load_plugins

def scarce(event):
    if isinstance(event, StageStarted):
        limit = psutil.Process().memory_info().vms + 500_000_000
        resource.setrlimit(resource.RLIMIT_AS, (limit, resource.RLIM_INFINITY))

experiment = Experiment.from_dict({
    "data": {"source": "digits", "validation": 0.2},
    "model": {"kind": "mlp", "layers": [40_000]},
    "training": {"epochs": 1, "batch_size": 1400, "threads": 1, "device": "cpu"},
})
registry = load_plugins()
session = Session(experiment, registry, Path(sys.argv[1]), scarce)
session.start()
outcome = session.wait()
last = session.run.files.last.read_bytes()
remedy = session.run.remedy
resumed = Session.resuming(session.run.folder, registry, micro_batch=remedy.micro_batch if remedy else None)
said = dict(status=outcome.status, reason=outcome.reason, fits=remedy.micro_batch if remedy else 0)
del session, outcome
resumed.start()
end = resumed.wait()
print(json.dumps({**said, "then": end.status, "why": end.reason}))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits the memory of a process")
def test_what_fits_is_found_by_trying_and_the_run_goes_on_with_it(tmp_path):
    import json

    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(SCARCE), str(tmp_path)], capture_output=True, text=True, timeout=300
    )

    assert done.returncode == 0, done.stderr[-2000:]
    said = json.loads(done.stdout.splitlines()[-1])
    fits = said["fits"]
    assert said["status"] == "failed"
    assert fits in (700, 350, 175, 87)
    assert said["reason"] == (
        f"There is not enough memory for 1400 samples at a time; {fits} at a time fit (tried). Going on with {fits} "
        f"gives the same result in more time (batch norm sees {fits} at a time)."
    )
    assert (said["then"], said["why"]) == ("finished", "")
    run = Run.open(next(tmp_path.iterdir()))
    assert run.experiment.training.micro_batch == fits
    assert run.remedy is None
    assert [event.text for event in run.events() if event.kind == "memory"] == [
        f"{fits} samples at a time go through the network from here on"
    ]


@given(samples=st.integers(1, 5000), at_once=st.integers(0, 600))
def test_parts_are_even_and_none_is_too_large_or_left_with_one_sample(samples, at_once):
    parts = parts_of(samples, at_once)

    assert sum(parts) == samples
    assert max(parts) - min(parts) <= 1
    if at_once == 0 or at_once >= samples:
        assert parts == [samples]
    elif at_once > 1:
        assert min(parts) >= 2
        assert max(parts) <= max(at_once, 3)
    else:
        assert set(parts) == {1}


@settings(max_examples=20)  # each attempt collects garbage, which takes a while
@given(enough=st.integers(0, 300), at_once=st.integers(1, 300), smallest=st.sampled_from([1, 2]))
def test_the_largest_of_the_halves_that_fits_is_taken(enough, at_once, smallest):
    tried = []

    def attempt(size):
        tried.append(size)
        if size > enough:
            raise MemoryError

    found = largest_that_fits(attempt, at_once, smallest)

    assert tried == sorted(set(tried), reverse=True)
    assert all(smallest <= size < at_once for size in tried)
    assert found == (tried[-1] if tried and tried[-1] <= enough else None)
    assert found is not None or not tried or tried[-1] == smallest


def test_a_fault_while_trying_is_no_lack_of_memory():
    def attempt(size):
        raise RuntimeError("shapes cannot be multiplied")

    with pytest.raises(RuntimeError, match="shapes"):
        largest_that_fits(attempt, 8, 1)


def test_lack_of_memory_is_told_from_other_errors():
    assert is_lack_of_memory(MemoryError())
    assert is_lack_of_memory(torch.OutOfMemoryError("CUDA out of memory"))
    with pytest.raises(RuntimeError) as raised:
        torch.empty(2**60, dtype=torch.uint8)
    assert is_lack_of_memory(raised.value)
    assert not is_lack_of_memory(RuntimeError("mat1 and mat2 shapes cannot be multiplied"))
    assert not is_lack_of_memory(ValueError("not enough memory"))


@pytest.mark.parametrize(
    "text",
    [
        "MPS backend out of memory (MPS allocated: 8.11 GB, other allocations: 1.02 GB, max allowed: 9.07 GB).",
        "Invalid buffer size: 24.00 GiB",
        "CUDA error: out of memory",
        "CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`",
        "cuDNN error: CUDNN_STATUS_ALLOC_FAILED",
    ],
)
def test_what_accelerators_say_of_lack_of_memory_is_known(text):
    assert is_lack_of_memory(RuntimeError(text))


@pytest.mark.parametrize("precision", ["float32", "float16"])
def test_a_rule_that_finds_no_memory_for_its_state_is_tried_with_fewer_samples(
    precision, train, experiment_of, tmp_path
):
    experiment = experiment_of(
        "mlp", training__optimizer={"name": "greedy", "refused": True}, training__precision=precision
    )

    ended = train(experiment, tmp_path)

    assert ended.outcome.status == "failed"
    assert "32 samples at a time; 16 at a time fit (tried)" in ended.outcome.reason
    assert ended.outcome.remedy.micro_batch == 16


def test_an_evaluation_that_lacks_memory_goes_on_in_smaller_batches(experiment_of, all_plugins):
    # Stands in for a device that has room for 100 samples: how much memory is left in this process nobody can say.
    job = prepare(experiment_of("mlp"), all_plugins)
    stage = StageMaker(job, lambda phase, done, total: None).make(job.stages[0])
    places = torch.from_numpy(job.split.validation)
    whole = evaluate(job, stage, places, None)
    sizes = []

    def scarce(_module, arguments):
        sizes.append(len(arguments[0]))
        if sizes[-1] > 100:
            raise MemoryError

    handle = stage.learning.register_forward_pre_hook(scarce)
    halved = evaluate(job, stage, places, None)
    handle.remove()

    assert sizes[0] == len(places)
    assert max(size for size in sizes[1:] if size <= 100) > 50
    assert sum(size for size in sizes if size <= 100) == len(places)
    assert halved.loss == pytest.approx(whole.loss, rel=1e-6)
    assert halved.accuracy == whole.accuracy
