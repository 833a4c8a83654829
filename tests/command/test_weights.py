"""What the command line says about a backbone's weights, on standard error."""

from pathlib import Path

import pytest
import timm
import torch
from PIL import Image
from small_hub import point_at


def experiment(folder: Path, **model: object) -> Path:
    for label, shade in (("dark", 40), ("light", 200)):
        (folder / "photos" / label).mkdir(parents=True)
        for place in range(4):
            Image.new("RGB", (16, 16), (shade, 10 * place, 90)).save(folder / "photos" / label / f"{place}.png")
    lines = [f'{key} = "{value}"' for key, value in model.items()]
    text = '[data]\nsource = "image_folder"\npath = "photos"\nimage_size = 32\n[model]\nkind = "transfer"\nhead = [4]\n'
    file = folder / "experiment.toml"
    file.write_text(text + "\n".join(lines) + "\n[training]\nepochs = 1\nthreads = 1\n", encoding="utf-8")
    return file


def test_a_file_given_by_a_relative_path_says_what_matched(downslope, tmp_path: Path) -> None:
    state = timm.create_model("mobilenetv3_small_050").state_dict()
    del state["bn1.bias"]
    torch.save({"model": state}, tmp_path / "mine.pth")
    file = experiment(tmp_path, backbone="mobilenetv3_small_050", weights="mine.pth")

    said = downslope("train", file, "--out", tmp_path / "runs", "--json")

    assert said.status == 0, said.err
    assert "Weights from mine.pth: " in said.err
    assert "tensors matched" in said.err
    assert "Traceback" not in said.err


class RunsCode:
    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self):
        return Path.touch, (self.target,)


def test_a_file_that_would_run_code_is_one_sentence(downslope, tmp_path: Path) -> None:
    torch.save({"weight": RunsCode(tmp_path / "ran")}, tmp_path / "trap.pth")
    file = experiment(tmp_path, weights="trap.pth")

    said = downslope("train", file, "--out", tmp_path / "runs")

    assert said.status == 1
    assert "trap.pth cannot be read safely" in said.err
    assert "Traceback" not in said.err
    assert not (tmp_path / "ran").exists()


def test_a_hub_out_of_reach_is_one_sentence(downslope, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    point_at(monkeypatch, "http://127.0.0.1:9", tmp_path / "hub")
    file = experiment(tmp_path, backbone="resnet18")

    said = downslope("train", file, "--out", tmp_path / "runs")

    assert said.status == 1
    assert "The weights timm/resnet18.a1_in1k could not be fetched from the hub" in said.err
    assert "Traceback" not in said.err


def test_a_backbone_without_pretrained_weights_is_an_unusable_experiment(downslope, tmp_path: Path) -> None:
    said = downslope("train", experiment(tmp_path, backbone="botnet50ts_256"), "--out", tmp_path / "runs")

    assert said.status == 2
    assert 'model.weights: there are no pretrained weights of "botnet50ts_256"' in said.err
