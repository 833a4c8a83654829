"""A run remembers how its export was calibrated, for the very weights that were exported."""

import copy
import pickle

import numpy as np
import onnxruntime
import pytest
import torch

from desktop_app.engine.evaluation.evaluating import evaluate_run
from desktop_app.engine.export.exporting import export_run
from desktop_app.engine.export.options import ExportOptions
from desktop_app.engine.export.remembered_calibration import (
    divide_logits,
    remember_calibration,
    remembered_calibration,
)
from desktop_app.engine.export.source import ExportSource
from desktop_app.engine.run import Run
from desktop_app.inference.metadata import Calibration


@pytest.fixture
def exported(train, experiment_of, all_plugins, tmp_path):
    """Return a run that was exported just now."""
    run = train(experiment_of("mlp", training__epochs=1), tmp_path).run
    export_run(run, None, all_plugins)
    return run


def probabilities(run, registry, samples):
    network, preprocessing = run.load_network("best", registry)
    with torch.no_grad():
        return network(preprocessing(torch.from_numpy(samples))).softmax(dim=1).numpy()


def test_the_loaded_network_answers_as_the_file_and_the_trained_one_stays_as_it_was(exported, all_plugins):
    samples = ExportSource.open(exported, all_plugins).samples
    raw = np.concatenate(list(samples.batches(64)))
    calibration = remembered_calibration(exported)
    session = onnxruntime.InferenceSession(str(exported.files.onnx), providers=["CPUExecutionProvider"])
    answered = session.run(None, {"features": raw})[0]
    model = exported.load_model("best", all_plugins)
    with torch.no_grad():
        plain = model.logits(torch.from_numpy(raw))

    assert calibration.temperature != 1.0
    np.testing.assert_allclose(probabilities(exported, all_plugins, raw), answered, atol=1e-5)
    assert np.abs(plain.softmax(dim=1).numpy() - answered).max() > 1e-3
    np.testing.assert_allclose((plain / calibration.temperature).softmax(dim=1).numpy(), answered, atol=1e-5)
    network, _ = exported.load_network("best", all_plugins)
    assert list(network.state_dict()) == list(model.network.state_dict())
    assert str(network) == str(model.network)
    last, _ = exported.load_network("last", all_plugins)
    assert not last._forward_hooks


def test_an_evaluation_is_of_the_network_as_it_was_trained(train, experiment_of, all_plugins, tmp_path):
    run = train(experiment_of("mlp", training__epochs=1), tmp_path).run
    before = evaluate_run(run, all_plugins).calibration
    export_run(run, None, all_plugins)

    assert evaluate_run(Run.open(run.folder), all_plugins).calibration == before


def test_a_run_that_was_extended_is_not_given_the_old_temperature(exported, resume, all_plugins):
    assert remembered_calibration(exported) is not None

    extended = resume(exported.folder, epochs=3).run

    assert remembered_calibration(extended) is None
    network, _ = extended.load_network("best", all_plugins)
    assert not network._forward_hooks


def test_an_export_that_was_cancelled_leaves_the_older_ones_calibration(exported, all_plugins):
    export_run(exported, None, all_plugins, options=ExportOptions(calibrate=False))

    def cancel(phase, share):
        if phase == "Writing ONNX":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export_run(exported, None, all_plugins, cancel)
    assert remembered_calibration(exported) is None


def test_an_export_without_calibration_forgets_the_older_one(exported, all_plugins):
    raw = np.concatenate(list(ExportSource.open(exported, all_plugins).samples.batches(64)))

    again = export_run(exported, None, all_plugins, options=ExportOptions(calibrate=False))

    assert again.parity.passed
    assert remembered_calibration(exported) is None
    session = onnxruntime.InferenceSession(str(exported.files.onnx), providers=["CPUExecutionProvider"])
    assert "downslope.calibration" not in session.get_modelmeta().custom_metadata_map
    np.testing.assert_allclose(
        probabilities(exported, all_plugins, raw), session.run(None, {"features": raw})[0], atol=1e-5
    )


def test_nothing_is_fitted_on_samples_that_were_trained_on(train, experiment_of, all_plugins, tmp_path):
    run = train(experiment_of("mlp", training__epochs=1, data__validation=0.0, data__test=0.8), tmp_path).run
    source = ExportSource.open(run, all_plugins)

    assert source.calibrate() is None
    assert (source.calibration, source.model.answers.temperature) == (None, 1.0)
    assert export_run(run, None, all_plugins).parity.passed
    assert remembered_calibration(run) is None


def test_what_a_stranger_wrote_into_a_run_is_no_calibration(exported):
    for temperature in (0.0, float("nan"), -2.0):
        remember_calibration(exported, Calibration(temperature, 0.5))
        assert remembered_calibration(exported) is None
    remember_calibration(exported, None)
    remember_calibration(exported, None)
    assert remembered_calibration(exported) is None


def test_a_network_with_a_temperature_can_be_copied_and_pickled():
    network = torch.nn.Linear(3, 2)
    values = torch.randn(4, 3)
    plain = network(values)
    divide_logits(network, 2.0)

    for copied in (network, copy.deepcopy(network), pickle.loads(pickle.dumps(network))):
        torch.testing.assert_close(copied(values), plain / 2.0)
    divide_logits(other := torch.nn.Linear(3, 2), 1.0)
    assert not other._forward_hooks
