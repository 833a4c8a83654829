"""A snapshot is exported as it was taken, for trying it, and proven on a few samples."""

import numpy as np
import pytest

from desktop_app.engine.export import snapshot
from desktop_app.engine.export.snapshot import export_snapshot
from desktop_app.engine.validation_samples import validation_samples
from desktop_app.errors import ExportError, RunError
from desktop_app.inference.onnx_session import OnnxModel


@pytest.fixture(scope="module")
def run(train, experiment_of, tmp_path_factory):
    """Return a run whose model was kept after its fourth step and learned much afterwards."""
    return train(
        experiment_of("mlp"), tmp_path_factory.mktemp("kept"), {4: lambda session: session.take_snapshot()}
    ).run


def test_the_file_answers_as_the_network_did_when_it_was_kept(run, all_plugins):
    phases = []

    file = export_snapshot(run, run.snapshots[0], all_plugins, lambda phase, share: phases.append(phase))

    assert file == run.files.snapshots / "step-00000004.onnx"
    assert phases == ["Reading the run", "Writing ONNX", "Comparing"]
    raw = next(iter(validation_samples(run, all_plugins).batches(8)))
    model = OnnxModel.open(file, "CPUExecutionProvider")
    kept = run.load_model(run.snapshots[0], all_plugins)
    import torch

    with torch.no_grad():
        expected = kept.answers(kept.logits(torch.from_numpy(raw))).numpy()
        best = run.load_model("best", all_plugins)
        later = best.answers(best.logits(torch.from_numpy(raw))).numpy()
    assert np.abs(model.run(raw, 8) - expected).max() < 1e-5
    assert np.abs(model.run(raw, 8) - later).max() > 0.05
    assert model.metadata.origin.data == ""
    assert model.metadata.labels == run.classes
    assert not run.files.onnx.exists()


def test_a_file_with_other_answers_is_not_kept(run, all_plugins, monkeypatch):
    (run.files.snapshots / "step-00000004.onnx").unlink(missing_ok=True)
    answering = snapshot.shipped_answers
    monkeypatch.setattr(snapshot, "shipped_answers", lambda source, model: answering(source, model) + 0.01)

    with pytest.raises(ExportError, match=r"by up to 0\.01 on 16 samples\. Nothing was written"):
        export_snapshot(run, run.snapshots[0], all_plugins)

    assert [path.name for path in run.files.snapshots.iterdir()] == ["step-00000004.ckpt"]


def test_only_snapshots_of_the_run_are_exported(run, all_plugins):
    with pytest.raises(RunError, match="and its snapshots, not"):
        export_snapshot(run, "snapshots/../last.ckpt", all_plugins)
