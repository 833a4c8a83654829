"""Each picture goes through a frozen backbone once: across runs, splits and additions, and never the wrong one."""

import os
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from desktop_app.engine import prepare, warming
from desktop_app.engine.data import pictures
from desktop_app.engine.data.feature_cache import features_folder
from desktop_app.engine.data.feature_keys import content_names, space_keys
from desktop_app.engine.data.features import FrozenPart
from desktop_app.engine.experiment import Experiment
from desktop_app.engine.networks.preprocessing import PicturePreprocessing
from desktop_app.engine.prepare import load_samples
from desktop_app.engine.validation_samples import validation_samples
from desktop_app.engine.warming import is_worth_warming, warm_features
from desktop_app.errors import ExperimentError


@pytest.fixture
def computed(monkeypatch):
    """Return a list that grows by the number of pictures of each batch that is run through frozen blocks."""
    counts: list[int] = []
    computing = FrozenPart.features

    def counting(self, raw, cuts):
        found = computing(self, raw, cuts)
        counts.append(len(raw))
        return found

    monkeypatch.setattr(FrozenPart, "features", counting)
    return counts


@pytest.fixture
def folder(tmp_path):
    for place in range(40):
        picture(tmp_path / "pictures", place)
    return tmp_path / "pictures"


def picture(folder: Path, place: int) -> None:
    kind = folder / ("dark" if place % 2 else "light")
    kind.mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(place).integers(0, 128, (40, 40, 3), dtype=np.uint8)
    Image.fromarray(pixels + np.uint8(0 if place % 2 else 127)).save(kind / f"{place:03}.png")


def experiment_on(folder: Path, **keys) -> Experiment:
    content = {
        "data": {"source": "image_folder", "path": str(folder), "image_size": 32},
        "model": {"kind": "transfer", "head": []},
        "training": {"epochs": 2, "threads": 1, "batch_size": 8},
    }
    for dotted, value in keys.items():
        section, key = dotted.split("__")
        content.setdefault(section, {})[key] = value
    return Experiment.from_dict(content)


def test_only_what_is_new_is_computed(computed, folder, train, tmp_path):
    def run(**keys):
        computed.clear()
        train(experiment_on(folder, **keys), tmp_path / "runs")
        return sum(computed)

    assert run() == 40
    assert run() == 0
    assert run(data__seed=1, training__seed=3, model__head=[4], data__validation=0.4) == 0
    for place in range(40, 50):
        picture(folder, place)
    assert run() == 10
    shutil.move(folder / "dark" / "001.png", folder / "dark" / "renamed.png")
    (folder / "dark" / "003.png").unlink()
    assert run() == 0
    picture(folder, 777)
    shutil.move(folder / "dark" / "777.png", folder / "dark" / "005.png")
    assert run() == 1
    assert run(data__image_size=40) == 49


def test_without_keeping_features_each_epoch_computes_them_anew_to_the_same_bits(
    computed, folder, train, differences, home, tmp_path
):
    fine_tuning = {"fine_tuning__epochs": 1, "fine_tuning__unfreeze_last": 2}
    uncached = train(experiment_on(folder, training__cache_features=False, **fine_tuning), tmp_path / "runs").run
    assert sum(computed) == 40 * 3
    assert not (home / "cache").exists()

    cold = train(experiment_on(folder, **fine_tuning), tmp_path / "runs").run
    hot = train(experiment_on(folder, **fine_tuning), tmp_path / "runs").run

    assert sum(computed) == 40 * 4
    assert differences(uncached, cold) == []
    assert differences(cold, hot) == []


def test_rows_that_were_damaged_are_computed_again(computed, folder, train, differences, home, tmp_path):
    whole = train(experiment_on(folder), tmp_path / "runs").run
    (file,) = (home / "cache" / "features").glob("*.rows")
    content = bytearray(file.read_bytes())
    content[100] ^= 64
    file.write_bytes(content)

    again = train(experiment_on(folder), tmp_path / "runs").run

    assert sum(computed) == 41
    assert differences(whole, again) == []


def test_a_cache_that_cannot_be_written_is_one_notice_and_no_failure(folder, train, differences, home, tmp_path):
    whole = train(experiment_on(folder), tmp_path / "runs").run
    shutil.rmtree(home / "cache")
    (home / "cache").write_text("in the way")

    run = train(experiment_on(folder), tmp_path / "runs").run

    told = [event.text for event in run.events() if event.kind == "notice"]
    assert len(told) == 1
    assert "cannot be kept" in told[0]
    assert differences(whole, run) == []


def test_views_are_computed_once_and_drawn_by_seed(computed, folder, train, differences, tmp_path):
    keys = {"data__augment": "light", "data__views": 3}
    one = train(experiment_on(folder, **keys), tmp_path / "runs").run
    assert sum(computed) == 32 * 3 + 8  # three of each training picture, and the plain ones to validate on

    again = train(experiment_on(folder, **keys), tmp_path / "runs").run
    assert sum(computed) == 32 * 3 + 8
    uncached = train(experiment_on(folder, training__cache_features=False, **keys), tmp_path / "runs").run
    plain = train(experiment_on(folder), tmp_path / "runs").run
    computed.clear()
    train(experiment_on(folder, training__seed=1, **keys), tmp_path / "runs")

    assert differences(one, again) == []
    assert differences(one, uncached) == []
    assert "train_loss" in differences(one, plain)
    assert sum(computed) == 32 * 3  # other views, and the same plain ones


def test_a_run_with_views_is_resumed_bit_for_bit(folder, train, resume, differences, tmp_path):
    experiment = experiment_on(folder, data__augment="light", data__views=2)
    whole = train(experiment, tmp_path / "runs").run
    cut = train(experiment, tmp_path / "runs", {3: lambda session: session.stop()}).run

    assert differences(whole, resume(cut.folder).run) == []


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [
        ({"data__views": 2}, "data.views: there are none without augmentation"),
        ({"data__views": 2, "data__augment": "light", "model__freeze": False}, "data.views: only a frozen backbone's"),
    ],
)
def test_views_that_would_mean_nothing_are_refused(keys, sentence, folder, train, tmp_path):
    outcome = train(experiment_on(folder, **keys), tmp_path / "runs").outcome

    assert isinstance(outcome.error, ExperimentError)
    assert outcome.reason.startswith(sentence)


def test_warming_computes_what_the_training_then_finds(computed, folder, train, all_plugins, tmp_path, monkeypatch):
    monkeypatch.setattr(warming, "_step_back", lambda: None)  # the test's own thread keeps its priority
    experiment = experiment_on(folder, model__freeze=True, model__backbone="efficientnet_lite0", training__threads=1)
    samples = load_samples(experiment, all_plugins)
    state = torch.get_rng_state()
    told: list[tuple[int, int]] = []

    def stop_after_a_batch(done, total):
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        warm_features(experiment, samples, all_plugins, stop_after_a_batch)
    assert sum(computed) == 32
    warm_features(experiment, samples, all_plugins, lambda *counts: told.append(counts))
    assert sum(computed) == 40
    assert told[-1] == (40, 40)
    assert torch.equal(torch.get_rng_state(), state)
    train(experiment, tmp_path / "runs")

    assert sum(computed) == 40
    assert is_worth_warming(experiment)
    assert not is_worth_warming(experiment_on(folder, model__freeze=True, data__augment="light"))
    assert not is_worth_warming(experiment_on(folder, model__freeze=True, data__mix="mixup"))


def test_warming_ends_between_two_blocks_of_the_network(computed, folder, all_plugins, monkeypatch):
    monkeypatch.setattr(warming, "_step_back", lambda: None)
    experiment = experiment_on(folder, model__freeze=True, model__backbone="efficientnet_lite0", training__threads=1)
    told = []

    def stop_in_the_midst_of_a_batch(done, total):
        told.append((done, total))
        if told.count((0, 40)) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        warm_features(experiment, load_samples(experiment, all_plugins), all_plugins, stop_in_the_midst_of_a_batch)

    assert computed == []  # where the first batch would stand, had it been finished
    assert told[-3:] == [(0, 40)] * 3


def test_augmented_runs_validate_on_features_that_are_computed_once(
    computed, folder, train, resume, differences, tmp_path
):
    keys = {"data__augment": "light", "fine_tuning__epochs": 2, "fine_tuning__unfreeze_last": 2}
    whole = train(experiment_on(folder, **keys), tmp_path / "runs").run
    assert sum(computed) == 8  # for both stages

    uncached = train(experiment_on(folder, training__cache_features=False, **keys), tmp_path / "runs").run
    cut = train(experiment_on(folder, **keys), tmp_path / "runs", {7: lambda session: session.stop()}).run
    assert differences(whole, uncached) == []
    assert differences(whole, resume(cut.folder).run) == []


def test_validation_on_kept_features_agrees_with_the_whole_network(folder, train, tmp_path, all_plugins):
    run = train(experiment_on(folder, data__augment="light"), tmp_path / "runs").run

    model = run.load_model("last")
    samples = validation_samples(run, all_plugins)
    raw = torch.from_numpy(np.concatenate(list(samples.batches(8))))
    with torch.no_grad():
        loss = torch.nn.functional.cross_entropy(model.logits(raw), torch.from_numpy(samples.targets))

    # Batches of another size change the last bits of features, which the head carries on.
    assert run.result["val_loss"] == pytest.approx(loss.item(), rel=1e-4)


def test_streamed_pictures_are_read_once_to_know_them_once_for_their_features_and_never_again(
    folder, train, differences, tmp_path, monkeypatch
):
    for file in folder.glob("*/*.png"):
        os.utime(file, (1e9, 1e9))  # a file of this very second would not be trusted to stay what it is
    in_memory = train(experiment_on(folder), tmp_path / "runs").run
    shutil.rmtree(features_folder())
    read = []
    reading = pictures.read_picture
    monkeypatch.setattr(prepare, "memory_for_data", lambda device: 0)
    monkeypatch.setattr(pictures, "read_picture", lambda file: (read.append(file), reading(file))[1])

    first = train(experiment_on(folder), tmp_path / "runs").run
    assert len(read) == 2 * 40 + 1  # one tells in which shape they come
    again = train(experiment_on(folder), tmp_path / "runs").run

    assert len(read) == 2 * 40 + 2
    assert differences(in_memory, first) == []
    assert differences(in_memory, again) == []


class Doubled(torch.nn.Module):
    def __init__(self, factor=2.0):
        super().__init__()
        self.factor = factor

    def forward(self, values):
        return values * self.factor


def test_a_space_is_named_after_weights_statistics_settings_and_pictures_before_the_cut():
    def keys(change=lambda blocks: None, size=8, engine="engine", factor=2.0):
        torch.manual_seed(0)
        blocks = [torch.nn.Conv2d(3, 4, 3), torch.nn.BatchNorm2d(4), Doubled(factor), torch.nn.Conv2d(4, 4, 1)]
        change(blocks)
        sample = torch.zeros((1, size, size, 3), dtype=torch.uint8)
        return space_keys(PicturePreprocessing(), blocks, sample, engine)

    def changed(**what):
        return [cut for cut, key in keys(**what).items() if key != keys()[cut]]

    def bump(tensor):
        tensor.data.view(-1)[0] += 1e-6

    assert changed() == []
    assert changed(change=lambda blocks: bump(blocks[0].weight)) == [1, 2, 3, 4]
    assert changed(change=lambda blocks: bump(blocks[1].running_mean)) == [2, 3, 4]
    assert changed(change=lambda blocks: setattr(blocks[1], "eps", 1e-3)) == [2, 3, 4]
    assert changed(factor=3.0) == [3, 4]
    assert changed(change=lambda blocks: bump(blocks[3].bias)) == [4]
    assert changed(size=9) == changed(engine="other") == [0, 1, 2, 3, 4]


def test_a_picture_is_named_after_its_pixels():
    raw = torch.randint(0, 256, (3, 4, 4, 3), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    other = raw.clone()
    other[1, 0, 0, 0] ^= 1

    names, others = content_names(raw), content_names(other)

    assert len(set(names)) == 3
    assert [one == two for one, two in zip(names, others, strict=True)] == [True, False, True]


@pytest.mark.parametrize("threads", [1, 2])
def test_features_are_the_same_bits_for_any_number_of_threads_place_and_company(threads, all_plugins):
    built = all_plugins.backbones["efficientnet_lite0"].create("pretrained")
    blocks = [block.eval() for block in built.blocks]
    frozen = FrozenPart(PicturePreprocessing(), blocks)
    raw = torch.randint(0, 256, (32, 64, 64, 3), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    order = torch.randperm(32, generator=torch.Generator().manual_seed(1))
    before = torch.get_num_threads()
    alone = frozen.features(raw, [3, 9])
    torch.set_num_threads(threads)
    try:
        shuffled, few = frozen.features(raw[order], [3, 9]), frozen.features(raw[30:], [3, 9])
    finally:
        torch.set_num_threads(before)

    for cut in (3, 9):
        assert torch.equal(shuffled[cut], alone[cut][order])
        assert torch.equal(few[cut], alone[cut][30:])
