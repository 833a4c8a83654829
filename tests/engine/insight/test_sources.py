"""What a diagnosis looks at while the numbers go on growing."""

import numpy as np

from desktop_app.engine.insight.sources import SoFar
from desktop_app.engine.recorder import Recorder


def test_what_is_recorded_while_rules_look_stays_out():
    recorder = Recorder()
    recorder.add("val_loss", [10, 20], [1.0, 0.9])
    recorder.event(20, "stage", "training")

    source = SoFar(recorder)
    recorder.add_row(30, {"val_loss": 0.8, "val_accuracy": 0.5})
    recorder.event(30, "checkpoint", "")

    assert source.names() == ["val_loss"]
    assert source.read("val_loss")[0].tolist() == [10, 20]
    assert source.read("val_loss", 1)[1].tolist() == [0.9]
    assert len(source.read("val_loss", 2)[0]) == len(source.read("val_accuracy")[0]) == 0
    assert [event.kind for event in source.events()] == ["stage"]


def test_an_epoch_is_recorded_at_once(train, experiment_of, tmp_path):
    class Watching:
        """Looks at all series of an epoch whenever anything is recorded."""

        def __init__(self, recorder):
            self.recorder = recorder
            self.uneven = []

        def look(self, *_recorded):
            lengths = self.recorder.lengths()
            names = ("epoch_train_loss", "train_accuracy", "val_loss", "val_accuracy", "surest_error")
            if len({lengths.get(name, 0) for name in names}) > 1:
                self.uneven.append(lengths)

        numbers = row = histograms = event = went_back = look

    watching = []

    def begin(session):
        watching.append(Watching(session.recorder))
        session.recorder.listeners.append(watching[0])

    ended = train(experiment_of("mlp"), tmp_path, {1: begin})

    assert len(ended.run.series("val_loss")[0]) == 3
    assert np.isfinite(ended.run.series("surest_error")[1]).all()
    assert watching[0].uneven == []
