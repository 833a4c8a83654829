"""The bundle's README: what is in it, and the ways to use it, for somebody who has never heard of Downslope."""

from __future__ import annotations

from desktop_app.engine.export.bundle.model_file import ModelFile, Tensor
from desktop_app.engine.export.bundle.sample import Sample

# A monthly release of 2025: models of opset 18 want an ONNX Runtime that is not much older.
_TRITON_IMAGE = "nvcr.io/nvidia/tritonserver:25.11-py3"
_NUMPY_TYPES = {"tensor(uint8)": "uint8", "tensor(float)": "float32"}


def readme(name: str, model: ModelFile, sample: Sample, triton_name: str, page: bool) -> str:
    """Return the README as Markdown; ``page`` says whether the web page is there."""
    thing = "pictures" if model.takes_pictures else "rows of a table"
    parts = [
        f"# {name}",
        f"A model that answers for {thing}. It runs on your own computer; nothing is sent anywhere. What it was made "
        "of, how good it is and what it is not for stands in [MODEL_CARD.md](MODEL_CARD.md).",
        _in_python(model, sample),
        _in_browser(page),
        _in_triton(model, triton_name),
        _in_own_code(model),
        _contents(model, page),
    ]
    return "\n\n".join(parts) + "\n"


def _in_python(model: ModelFile, sample: Sample) -> str:
    given = "photos/ picture.jpg" if model.takes_pictures else "table.csv"
    answer = f"`{sample.prediction.label}`" if sample.prediction.label is not None else f"{sample.prediction.value:.6g}"
    columns = "`file, label, probability, not sure, problem`" if model.metadata.labels else "`file, value, problem`"
    return (
        "## 1. On the command line\n\n"
        "With Python 3.11 or newer, beside this folder or anywhere else (Windows: `python` and `venv\\Scripts\\`):\n\n"
        "```sh\n"
        "python3 -m venv ../venv\n"
        "../venv/bin/pip install -r requirements.txt\n"
        f"../venv/bin/python check.py               # the sample's answer, {answer}, on this machine\n"
        f"../venv/bin/python predict.py {given} --csv answers.csv\n"
        "```\n\n"
        f"Each line is {columns}. What cannot be read costs its own line and says why. `--json FILE` writes the "
        "probabilities of all classes, too. For a graphics card install `onnxruntime-gpu` instead of `onnxruntime`, "
        'and put `"CUDAExecutionProvider"` first among the providers in `predict.py`.'
    )


def _in_browser(page: bool) -> str:
    if not page:
        return (
            "## 2. In a browser\n\nThis bundle was made without its web page, because onnxruntime-web was not "
            "installed with Downslope."
        )
    return (
        "## 2. In a browser\n\nIn this folder run\n\n"
        "```sh\npython -m http.server --bind 127.0.0.1 8000\n```\n\n"
        "and open <http://127.0.0.1:8000/web/>. The model runs in the browser; what you give it does not leave your "
        "computer. To put the page on a web site, upload this whole folder."
    )


def _in_triton(model: ModelFile, name: str) -> str:
    shape = [1, *(side if side is not None else 224 for side in model.input.shape[1:])]
    kind = {"tensor(uint8)": "UINT8"}.get(model.input.type, "FP32")
    return (
        "## 3. On a server\n\n"
        "`triton/` is a model repository of NVIDIA's Triton Inference Server, with batching. In this folder run\n\n"
        "```sh\n"
        'docker run --rm -p 8000:8000 -p 8001:8001 -v "$PWD/triton:/models:ro" '
        f"{_TRITON_IMAGE} \\\n    tritonserver --model-repository=/models\n"
        "```\n\n"
        f"(with a graphics card: `docker run --gpus=1 ...`; newer images will do). The model is then at "
        f"`http://localhost:8000/v2/models/{name}/infer` and takes `{model.input.name}`, {kind} {shape}, "
        f"and gives `{model.output.name}`."
    )


def _in_own_code(model: ModelFile) -> str:
    return (
        "## In a program of your own\n\n"
        f"`model.onnx` takes {_words(model.input)}, and gives {_words(model.output)}. {_preparation(model)} "
        "`predict.py` shows how, and may be copied."
    )


def _preparation(model: ModelFile) -> str:
    resize = model.metadata.resize
    if resize is None:
        return "A category is its place in the column's list of words, -1 where it is unknown; a missing number is NaN."
    order = "RGB pixels" if model.metadata.pixels.type == "uint8" else "RGB pixels from 0 to 1"
    if resize.inside:
        return f"Give it {order} in any size; the rest is inside."
    height, width = resize.size
    rule = {"crop": "cut to its centre", "stretch": "stretched", "pad": "padded with black"}[resize.rule]
    return f"Give it {order}, {width} x {height}, {rule} and resized ({resize.interpolation}, as Pillow does it)."


def _words(end: Tensor) -> str:
    shape = ", ".join(
        "n" if place == 0 else "any" if side is None else str(side) for place, side in enumerate(end.shape)
    )
    return f"`{end.name}`, {_NUMPY_TYPES.get(end.type, end.type)} [{shape}]"


def _contents(model: ModelFile, page: bool) -> str:
    rows = ["`model.onnx`: the model with all of its preparation, labels and columns"]
    if model.metadata.labels:
        rows.append("`labels.txt`, `labels.json`: its classes, in the order of its probabilities")
    helper = "" if model.takes_pictures else ", `cells.py`"
    rows += [
        "`MODEL_CARD.md`: what is known of it",
        f"`predict.py`, `check.py`{helper}, `requirements.txt`: the command line",
        "`sample/`: one sample that it was validated on, with the expected answer",
    ]
    if page:
        rows.append("`web/`: the page, with onnxruntime-web (MIT licence, `web/runtime/LICENSE.txt`)")
    rows += [
        "`triton/`: the model repository",
        "`SHA256SUMS`: `sha256sum --check SHA256SUMS` says whether all is whole",
    ]
    return "## What is in it\n\n" + "\n".join(f"- {row}" for row in rows)
