"""Say what is on pictures, a line each: python predict.py PICTURE_OR_FOLDER... [--csv FILE] [--json FILE]

Needs what requirements.txt names, and model.onnx beside this file, which knows its labels and how it wants pictures.
"""

import argparse
import csv
import json
import sys
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import onnxruntime
from PIL import Image, ImageOps

HERE = Path(__file__).resolve().parent
FORMATS = ("JPEG", "PNG", "BMP", "GIF", "WEBP", "TIFF")
SUFFIXES = (".jpg", ".jpeg", ".png", ".bmp", ".gif", ".webp", ".tif", ".tiff")
SESSION = onnxruntime.InferenceSession(str(HERE / "model.onnx"), providers=["CPUExecutionProvider"])
ENTRIES = SESSION.get_modelmeta().custom_metadata_map
LABELS, RESIZE = json.loads(ENTRIES["downslope.labels"]), json.loads(ENTRIES["downslope.resize"])
PIXELS = json.loads(ENTRIES.get("downslope.pixels", "{}"))
NOT_SURE = json.loads(ENTRIES.get("downslope.calibration", "{}")).get("not_sure", 0.0)


def read(path):
    """Return a picture as RGB, upright, with white behind what is transparent."""
    if not path.is_file():  # a pipe would be waited for
        raise OSError("There is no such file, or it is not an ordinary one")
    with Image.open(path, formats=FORMATS) as opened:
        image = ImageOps.exif_transpose(opened)
    if image.mode.startswith("I;16"):
        image = Image.fromarray(np.round(np.asarray(image).astype(float) * (255 / 65535)).astype(np.uint8))
    if image.has_transparency_data:
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image.convert("RGBA"))
    return image.convert("RGB")


def fit(image):
    """Return the picture in the model's size, by the rule that it was trained with."""
    (height, width), how = RESIZE["size"], Image.Resampling[RESIZE["interpolation"].upper()]
    if RESIZE["rule"] == "stretch":
        return image.resize((width, height), how)
    scales = height / image.height, width / image.width
    if RESIZE["rule"] == "pad":
        inner = [max(1, round(side * min(scales))) for side in image.size]
        padded = Image.new("RGB", (width, height))
        padded.paste(image.resize(inner, how), ((width - inner[0]) // 2, (height - inner[1]) // 2))
        return padded
    kept_width, kept_height = min(width / max(scales), image.width), min(height / max(scales), image.height)
    left, top = (image.width - kept_width) / 2, (image.height - kept_height) / 2
    return image.resize((width, height), how, box=(left, top, left + kept_width, top + kept_height))


def predict(path):
    """Return one picture's row: its answer, or the problem with it."""
    try:
        image = read(path)
        values = np.array(image if RESIZE.get("inside") else fit(image))
    except Exception as error:  # damaged bytes make decoders raise all kinds, and cost their own row alone
        return {"file": str(path), "problem": str(error) or type(error).__name__}
    if PIXELS.get("type") == "float32":
        values = ((values / 255 - PIXELS["mean"]) / PIXELS["std"]).astype(np.float32)
    if PIXELS.get("layout") == "nchw":
        values = values.transpose(2, 0, 1)
    answer = SESSION.run(None, {SESSION.get_inputs()[0].name: values[None]})[0][0].astype(np.float64)
    if not LABELS:
        return {"file": str(path), "value": float(answer[0])}
    if SESSION.get_outputs()[0].name == "logits":
        answer = np.exp(answer - np.logaddexp.reduce(answer))
    best = int(answer.argmax())
    row = {"file": str(path), "label": LABELS[best], "probability": round(float(answer[best]), 6)}
    return row | {"not sure": bool(answer[best] < NOT_SURE), "probabilities": answer.tolist()}


def rows(paths):
    """Yield the row of each picture, and of each picture in folders and the folders below."""
    for path in paths:
        inside = sorted(file for file in path.rglob("*") if file.suffix.lower() in SUFFIXES)
        yield from map(predict, inside if path.is_dir() else [path])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Say what is on pictures.")
    parser.add_argument("paths", nargs="+", type=Path, help="pictures and folders")
    parser.add_argument("--csv", metavar="FILE", help="write the lines there")
    parser.add_argument("--json", metavar="FILE", help="write the same with all probabilities")
    asked = parser.parse_args()
    found, columns = [], ["file", *(["label", "probability", "not sure"] if LABELS else ["value"]), "problem"]
    with open(asked.csv, "w", newline="") if asked.csv else nullcontext(sys.stdout) as out:
        out.reconfigure(encoding="utf-8", errors="backslashreplace")  # a file's name need not be text
        writer = csv.DictWriter(out, columns, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        for row in rows(asked.paths):
            writer.writerow(row)
            found += [row] if asked.json else []
    if asked.json:
        Path(asked.json).write_text(json.dumps(found, indent=1), encoding="utf-8")
