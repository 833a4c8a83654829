"""A batch that goes through the network in parts teaches what the whole batch would."""

import numpy as np
import pytest
import torch

from desktop_app.engine.experiment import PluginChoice
from desktop_app.engine.prepare import prepare
from desktop_app.engine.stepper import Part, Stepper
from desktop_app.errors import ExperimentError

CASES = {
    "sgd": ("mlp", {"training__optimizer": {"name": "sgd", "lr": 0.1}}),
    "clipped": ("mlp", {"training__optimizer": {"name": "sgd", "lr": 0.1}, "training__clip_gradient": 0.5}),
    "closure": ("mlp", {"training__optimizer": "looking_twice"}),
    "graph": ("mlp", {"training__optimizer": "curvature"}),
    "recipe": ("recipe", {"model__dropout": 0.0, "training__optimizer": {"name": "sgd", "lr": 0.05}}),
    "weighted": ("weighted", {"training__optimizer": {"name": "sgd", "lr": 0.05}, "training__epochs": 1}),
}


@pytest.mark.parametrize("case", sorted(CASES))
def test_it_learns_what_whole_batches_teach(case, train, experiment_of, weights_of, tmp_path):
    kind, keys = CASES[case]
    keys = {"model__normalization": "none", "training__epochs": 1, **keys}
    whole = train(experiment_of(kind, **keys), tmp_path)

    parts = train(experiment_of(kind, **keys, training__micro_batch=5), tmp_path)

    assert parts.outcome.status == "finished", parts.outcome.reason
    assert parts.outcome.result.steps == whole.outcome.result.steps
    for name, weight in weights_of(whole.run).items():
        torch.testing.assert_close(weights_of(parts.run)[name], weight, rtol=1e-4, atol=1e-6)
    for name in ("train_loss", "epoch_train_loss", "val_loss"):
        np.testing.assert_allclose(parts.run.series(name)[1], whole.run.series(name)[1], rtol=1e-4)
    assert parts.run.series("train_accuracy")[1].tolist() == whole.run.series("train_accuracy")[1].tolist()


def test_in_double_precision_the_parts_add_up_to_the_last_digits(all_plugins):
    inputs = torch.randn(13, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(0))

    def stepped(sizes):
        weight = torch.nn.Parameter(torch.linspace(-1.0, 1.0, 4, dtype=torch.float64))
        sgd, constant = PluginChoice(name="sgd", lr=0.1), PluginChoice(name="constant")
        stepper = Stepper(all_plugins, sgd, constant, [("weight", weight)], 5, clip_gradient=0.3)
        seen = []
        stepper.watch = lambda: seen.append(weight.grad.norm().item())
        for _ in range(5):
            loss = stepper.step(
                *(Part(len(part) / 13, lambda part=part: (part @ weight).sin().mean()) for part in inputs.split(sizes))
            )
        return weight.detach(), loss, seen

    (whole, whole_loss, whole_seen), (parts, parts_loss, parts_seen) = stepped([13]), stepped([5, 4, 4])

    torch.testing.assert_close(parts, whole, rtol=1e-13, atol=1e-14)
    torch.testing.assert_close(parts_loss, whole_loss, rtol=1e-13, atol=1e-14)
    assert parts_seen == pytest.approx(whole_seen, rel=1e-13)  # called once a step, with the whole gradient


def test_a_run_in_parts_resumes_bit_for_bit(train, resume, experiment_of, differences, tmp_path):
    experiment = experiment_of("dropout", training__micro_batch=7, training__epochs=2)
    whole = train(experiment, tmp_path).run

    cut = train(experiment, tmp_path, {15: lambda session: session.stop()})

    assert differences(whole, resume(cut.run.folder).run) == []


def test_one_sample_at_a_time_is_refused_with_batch_norm(experiment_of, all_plugins):
    with pytest.raises(ExperimentError, match=r"training\.micro_batch: 1 sample at a time has no variance"):
        prepare(experiment_of("mlp", training__micro_batch=1), all_plugins)
