from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from scenes import scene

from desktop_app.engine.experiment import Experiment
from desktop_app.engine.preview import load_samples, split_samples
from desktop_app.engine.scan import Finding, labels_can_be_checked, scan
from desktop_app.registry import Registry

Scan = Callable[..., dict[str, Finding]]


def test_different_pictures_of_even_classes_give_no_finding(photos: Path, found: Scan) -> None:
    assert found(photos) == {}


def test_files_that_cannot_be_read_are_listed_with_the_reason_and_stop_nothing(photos: Path, found: Scan) -> None:
    whole = (photos / "cat" / "00.png").read_bytes()
    (photos / "cat" / "cut.png").write_bytes(whole[: len(whole) // 2])
    (photos / "cat" / "empty.jpg").write_bytes(b"")
    (photos / "dog" / "letter.jpg").write_text("Dear Sir or Madam")
    stopping, skipped = found(photos)["unreadable"], found(photos, unreadable="skip")["unreadable"]

    assert stopping.names == stopping.leave_out == ("cat/cut.png", "cat/empty.jpg", "dog/letter.jpg")
    assert [detail.partition(":")[0] for detail in stopping.details] == [
        "is cut short", "is empty (0 bytes)", "is not a picture",
    ]  # fmt: skip
    assert (stopping.severity, stopping.setting) == ("error", ("data.unreadable", "skip"))
    assert (skipped.severity, skipped.setting) == ("warning", None)


def test_a_picture_bomb_is_refused_without_being_decoded(photos: Path, found: Scan) -> None:
    Image.new("1", (20_000, 20_000)).save(photos / "cat" / "bomb.png")

    assert "is too large" in found(photos)["unreadable"].details[0]


def test_blank_tiny_and_very_long_pictures_are_found_with_their_sizes(photos: Path, found: Scan) -> None:
    noise = np.random.default_rng(0).integers(250, 254, (100, 100, 3), dtype=np.uint8)
    Image.fromarray(noise).save(photos / "cat" / "paper.png")
    scene(50, 20, 24).save(photos / "dog" / "icon.png")
    scene(51, 700, 70).save(photos / "dog" / "panorama.png")
    findings = found(photos)

    assert findings["blank"].names == ("cat/paper.png",)
    assert (findings["tiny"].names, findings["tiny"].details) == (("dog/icon.png",), ("20 × 24 pixels",))
    assert (findings["odd_proportions"].names, findings["odd_proportions"].details) == (
        ("dog/panorama.png",),
        ("700 × 70 pixels",),
    )
    assert len(findings) == 3


def test_fine_noise_is_not_blank_and_small_pictures_among_small_ones_are_not_tiny(tmp_path: Path, found: Scan) -> None:
    generator = np.random.default_rng(0)
    for place in range(20):
        folder = tmp_path / ("cat", "dog")[place % 2]
        folder.mkdir(exist_ok=True)
        Image.fromarray(generator.integers(0, 256, (28, 28), dtype=np.uint8)).save(folder / f"{place}.png")

    assert found(tmp_path) == {}


def test_the_same_file_twice_in_training_is_a_copy_of_which_one_is_kept(photos: Path, found: Scan) -> None:
    _into_own_split(photos)
    shutil.copyfile(photos / "train" / "cat" / "00.png", photos / "train" / "cat" / "again.png")
    finding = found(photos)["exact_duplicates"]

    assert finding.groups == (("train/cat/00.png", "train/cat/again.png"),)
    assert finding.leave_out == ("train/cat/again.png",)


def test_a_copy_on_the_other_side_of_the_split_is_a_leak_and_the_held_out_one_is_kept(
    photos: Path, found: Scan
) -> None:
    _into_own_split(photos)
    shutil.copyfile(photos / "train" / "cat" / "00.png", photos / "val" / "cat" / "again.png")
    findings = found(photos)

    assert findings["data_leak"].severity == "error"
    assert findings["data_leak"].groups == (("val/cat/again.png", "train/cat/00.png"),)
    assert findings["data_leak"].leave_out == ("train/cat/00.png",)
    assert "exact_duplicates" not in findings


def test_leaks_are_those_of_the_very_split_that_training_uses(photos: Path, registry: Registry) -> None:
    for place in range(0, 20, 2):
        shutil.copyfile(photos / "cat" / f"{place:02}.png", photos / "cat" / f"{place:02} copy.png")
    (photos / "dog" / "00.jpg").write_bytes(b"")  # training leaves it out before it splits
    data = {"source": "image_folder", "path": str(photos), "unreadable": "skip", "test": 0.2}
    findings = {f.code: f for f in scan(Experiment.from_dict({"data": data}), registry, quick=True).findings}
    (photos / "dog" / "00.jpg").unlink()
    samples = load_samples(Experiment.from_dict({"data": data}), registry)
    split = split_samples(samples, Experiment.from_dict({"data": data}))
    trained = {samples.names[place] for place in split.training}
    pairs = [(f"cat/{place:02}.png", f"cat/{place:02} copy.png") for place in range(0, 20, 2)]
    leaks = {pair for pair in pairs if len(trained.intersection(pair)) == 1}

    assert 0 < len(leaks) < 10
    assert {tuple(sorted(group)) for group in findings["data_leak"].groups} == {tuple(sorted(pair)) for pair in leaks}
    assert len(findings["exact_duplicates"].groups) <= 10 - len(leaks)


def test_one_picture_under_two_labels_is_a_conflict_of_all_of_them(photos: Path, found: Scan) -> None:
    shutil.copyfile(photos / "cat" / "00.png", photos / "dog" / "also.png")
    finding = found(photos, validation=0.0)["conflicting_labels"]

    assert finding.severity == "error"
    assert set(finding.leave_out) == set(finding.names) == {"cat/00.png", "dog/also.png"}
    assert set(finding.details) == {"cat, training", "dog, training"}


@pytest.mark.parametrize("change", ["half", "jpeg", "cropped", "brighter"])
def test_a_picture_that_was_changed_a_little_is_nearly_the_same_and_the_largest_is_kept(
    change: str, photos: Path, found: Scan
) -> None:
    picture = scene(0, 300, 240)
    picture.save(photos / "cat" / "00.png")
    changed = {
        "half": picture.resize((150, 120)),
        "jpeg": picture.resize((298, 238)),
        "cropped": picture.crop((6, 5, 294, 235)),
        "brighter": picture.resize((290, 230)).point(lambda value: min(255, int(value * 1.15))),
    }[change]
    changed.save(photos / "cat" / "changed.jpg", quality=40)
    finding = found(photos, validation=0.0)["near_duplicates"]

    assert finding.groups == (("cat/00.png", "cat/changed.jpg"),)
    assert finding.leave_out == ("cat/changed.jpg",)


def test_classes_without_and_with_few_pictures_and_uneven_ones_are_named(tmp_path: Path, found: Scan) -> None:
    for name, number in (("cat", 12), ("dog", 3), ("emu", 0)):
        (tmp_path / name).mkdir()
        for place in range(number):
            scene(100 * number + place).save(tmp_path / name / f"{place}.png")
    findings = found(tmp_path)

    assert findings["empty_class"].names == ("emu",)
    assert (findings["tiny_class"].names, findings["tiny_class"].details) == (("dog",), ("3 pictures",))
    assert findings["class_imbalance"].setting == ("data.balance", "weights")
    assert found(tmp_path, balance="sampler")["class_imbalance"].setting is None


def test_labels_are_only_judged_of_pictures_that_a_pretrained_network_can_see(
    photos: Path, tmp_path: Path, registry: Registry
) -> None:
    small = tmp_path / "small"
    for file in photos.rglob("*.png"):
        (small / file.parent.name).mkdir(parents=True, exist_ok=True)
        Image.open(file).resize((48, 48)).save(small / file.parent.name / file.name)
    checked = [
        labels_can_be_checked(load_samples(Experiment.from_dict({"data": data}), registry))
        for data in (
            {"source": "image_folder", "path": str(photos)},
            {"source": "image_folder", "path": str(small)},
            {"source": "sample_images"},
            {"source": "digits"},
        )
    ]

    assert checked == [True, False, False, False]


def test_the_same_data_give_the_same_report(photos: Path, registry: Registry) -> None:
    shutil.copyfile(photos / "cat" / "00.png", photos / "cat" / "again.png")
    experiment = Experiment.from_dict({"data": {"source": "image_folder", "path": str(photos)}})

    assert scan(experiment, registry, quick=True) == scan(experiment, registry, quick=True)


def _into_own_split(photos: Path) -> None:
    """Move the pictures into train/ and val/, the last two of each class into the latter."""
    shutil.rmtree(photos / "val", ignore_errors=True)
    for name in ("cat", "dog"):
        files = sorted((photos / name).iterdir())
        for part, chosen in (("train", files[:-2]), ("val", files[-2:])):
            (photos / part / name).mkdir(parents=True)
            for file in chosen:
                file.rename(photos / part / name / file.name)
        (photos / name).rmdir()
