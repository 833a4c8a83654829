"""What an experiment adds to plain training acts, on training samples alone, and is refused where it cannot."""

import numpy as np
import pytest
import torch
from sklearn.utils.class_weight import compute_class_weight

from desktop_app.engine.evaluation.in_loop import evaluate
from desktop_app.engine.experiment import Experiment
from desktop_app.engine.prepare import prepare
from desktop_app.engine.recipe import Recipe
from desktop_app.engine.stage import StageMaker
from desktop_app.errors import ExperimentError
from desktop_app.store.checkpoints import load_checkpoint


def uneven(tmp_path, **training):
    path = tmp_path / "table.csv"
    kinds = ["x"] * 70 + ["y"] * 20 + ["z"] * 10
    path.write_text("a,b,kind\n" + "\n".join(f"{row},{row % 7},{kind}" for row, kind in enumerate(kinds)))
    data = {"source": "table", "path": str(path), "target": "kind", "validation": 0.3}
    return Experiment.from_dict(
        {"data": data, "model": {"kind": "mlp", "layers": [8]}, "training": {"epochs": 2, "threads": 1, **training}}
    )


def with_data(experiment, **keys):
    return experiment.model_copy(update={"data": experiment.data.model_copy(update=keys)})


def test_weights_come_from_the_training_samples(all_plugins, tmp_path):
    job = prepare(with_data(uneven(tmp_path), balance="weights", validation=0.5, seed=3), all_plugins)
    labels = job.targets[job.split.training].numpy()
    logits = torch.zeros(3, 3)

    losses = [Recipe(job).loss(logits[:1], torch.tensor([place])).item() for place in range(3)]

    weights = compute_class_weight("balanced", classes=np.arange(3), y=labels)
    assert losses == pytest.approx((np.log(3) * weights).tolist(), rel=1e-5)


def test_the_sampler_draws_training_samples_alone_as_many_as_before(all_plugins, tmp_path):
    job = prepare(with_data(uneven(tmp_path), balance="sampler"), all_plugins)

    batches = Recipe(job).batches((0, 0, 0))
    drawn = torch.cat(batches)

    assert [len(batch) for batch in batches] == [32, 32, 6]
    assert set(drawn.tolist()) <= set(job.split.training.tolist())
    assert sorted(torch.bincount(job.targets[drawn]).tolist()) == [23, 23, 24]
    assert not torch.equal(drawn, torch.cat(Recipe(job).batches((0, 0, 1))))


@pytest.mark.parametrize(
    "keys",
    [
        {"training__label_smoothing": 0.2},
        {"data__balance": "weights"},
        {"data__balance": "sampler"},
        {"data__mix": "mixup"},
        {"data__mix": "cutmix"},
        {"data__augment": "strong"},
    ],
)
def test_each_setting_trains_other_weights(keys, train, experiment_of, weights_of, tmp_path):
    def trained(**keys):
        # 36 digits, which are not quite even by class.
        experiment = experiment_of("augmentation", **{"training__epochs": 1, "data__augment": "none", **keys})
        outcome = train(experiment, tmp_path)
        assert outcome.outcome.status == "finished", outcome.outcome.reason
        return weights_of(outcome.run)

    plain, changed = trained(), trained(**keys)

    assert any(not torch.equal(plain[name], changed[name]) for name in plain)


@pytest.mark.parametrize("keys", [{"training__label_smoothing": 0.5}, {"data__balance": "weights"}])
def test_the_validation_loss_stays_plain(keys, train, experiment_of, all_plugins, tmp_path):
    run = train(experiment_of("mlp", **keys), tmp_path).run
    job = prepare(run.experiment, all_plugins)
    job.model.load_state(load_checkpoint(run.files.last)["model"])
    stage = StageMaker(job, lambda *_: None).make(job.stages[0])

    found = evaluate(job, stage, torch.from_numpy(job.split.validation), None)
    logits = job.model.logits(next(job.source.batches([torch.from_numpy(job.split.validation)])))
    plain = torch.nn.functional.cross_entropy(logits, job.targets[job.split.validation]).item()

    assert found.loss == pytest.approx(plain, rel=1e-4)
    assert run.result["val_loss"] == pytest.approx(plain, rel=1e-4)


def test_mixed_pictures_go_through_a_frozen_backbone_in_every_step(train, experiment_of, tmp_path, monkeypatch):
    from desktop_app.engine.data import frozen_features

    computing, computed = frozen_features.compute_features, []

    def noting(wanted, *arguments):
        computed.append(len(wanted.places))
        return computing(wanted, *arguments)

    monkeypatch.setattr(frozen_features, "compute_features", noting)
    trained = train(experiment_of("transfer", data__mix="mixup", training__epochs=1, fine_tuning__epochs=1), tmp_path)

    assert trained.outcome.status == "finished", trained.outcome.reason
    # Of the pictures to validate on, which are never mixed, and of no others.
    assert computed == [len(trained.run.files.read_json(trained.run.files.split)["validation"])]


def test_a_step_with_a_closure_in_reduced_precision_mixes_once_and_resumes_bit_for_bit(
    train, resume, experiment_of, differences, tmp_path
):
    experiment = experiment_of("recipe", training__optimizer="looking_twice", training__precision="bfloat16")

    whole = train(experiment, tmp_path).run
    cut = train(experiment, tmp_path, {17: lambda session: session.stop()}).run

    assert differences(whole, resume(cut.folder).run) == []


@pytest.mark.parametrize(
    ("keys", "key", "sentence"),
    [
        ({"training": {"label_smoothing": 0.1}}, "training.label_smoothing", "the answer is a number here"),
        ({"data": {"balance": "weights"}}, "data.balance", "the answer is a number here"),
        ({"data": {"balance": "sampler"}}, "data.balance", "the answer is a number here"),
        ({"data": {"mix": "mixup"}}, "data.mix", '"mixup" blends pictures, and the data is a table'),
    ],
)
def test_what_cannot_act_on_a_regression_of_a_table_is_refused(keys, key, sentence, all_plugins, tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("a,y\n" + "\n".join(f"{row},{row / 3}" for row in range(40)))
    content = {"data": {"source": "table", "path": str(path), "target": "y", **keys.get("data", {})}}

    with pytest.raises(ExperimentError, match=sentence) as refused:
        prepare(Experiment.from_dict({**content, "training": keys.get("training", {})}), all_plugins)

    assert refused.value.key == key


def test_mixing_and_kept_views_exclude_each_other(all_plugins, experiment_of):
    with pytest.raises(ExperimentError, match=r'data\.mix: "cutmix" blends pictures anew .* set data\.views to 0'):
        prepare(experiment_of("augmentation", data__mix="cutmix", data__views=4), all_plugins)


@pytest.mark.parametrize("section", ["training", "fine_tuning"])
def test_an_optimizer_that_averages_by_itself_takes_no_other_average(section, all_plugins, experiment_of):
    experiment = experiment_of("transfer", training__ema_decay=0.9, **{f"{section}__optimizer": "schedule_free_adamw"})

    with pytest.raises(ExperimentError, match=rf"set training\.ema_decay to 0, or take another {section}\.optimizer"):
        experiment.check(all_plugins)
