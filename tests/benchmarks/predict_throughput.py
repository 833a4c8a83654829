"""How fast ``predict`` is against a bare loop, and whether its memory grows with the number of pictures.

The bare loop decodes with the same functions and calls ONNX Runtime with the same threads and batch, and does nothing
else; once with one decoder, as most would write it, and once with as many decoders as ``predict`` has, each batch
before the model runs it. All run in one process, one after the other, again and again. Peak memory is that of processes
of their own, which predict 250, 500 and 1,000 pictures into a CSV file.

Run: python tests/benchmarks/predict_throughput.py --pictures FOLDER [--model MODEL.onnx] [--count 1000] [--pairs 3]
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnxruntime
from measuring import write_measured

from desktop_app.inference.onnx_session import OnnxModel
from desktop_app.inference.prediction import predict_paths
from desktop_app.reading.picture_files import picture_files
from desktop_app.reading.pictures import fit_picture, read_picture

_BATCH = 32
_COUNTS = (250, 500, 1000)
_PREDICT_AND_PEAK = """
import resource, sys
from desktop_app.command import main
status = main(["predict", *sys.argv[1:]])
assert "torch" not in sys.modules
sys.stderr.write(f"\\npeak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}")
sys.exit(status)
"""


def exported(pictures: Path, folder: Path) -> Path:
    """Train the default network on the pictures for an epoch, and return its exported file."""
    experiment = folder / "experiment.toml"
    experiment.write_text(
        f'name = "throughput"\n[data]\nsource = "image_folder"\npath = {json.dumps(str(pictures.absolute()))}\n'
        '[model]\nkind = "transfer"\n[training]\nepochs = 1\n'
    )
    command = [sys.executable, "-m", "desktop_app"]
    subprocess.run([*command, "train", str(experiment), "--out", str(folder)], check=True, stdout=sys.stderr)
    subprocess.run([*command, "export", str(folder / "throughput-1")], check=True, stdout=sys.stderr)
    return folder / "throughput-1" / "model.onnx"


def many(pictures: Path, count: int, folder: Path) -> Path:
    """Return a folder with ``count`` pictures: those that there are, over and over, each a file of its own."""
    folder.mkdir()
    for place, source in enumerate(itertools.islice(itertools.cycle(picture_files(pictures)), count)):
        shutil.copy(source, folder / f"{place:05}{source.suffix}")
    return folder


def bare(model: OnnxModel, path: Path, threads: int, paths: list[Path], decoders: int) -> None:
    """Decode and call ONNX Runtime, and nothing else."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    resize = model.metadata.resize
    assert resize is not None

    def decoded(picture: Path) -> np.ndarray:
        return fit_picture(read_picture(picture), resize.size, resize.rule, resize.interpolation)

    with ThreadPoolExecutor(decoders) as pool:
        for start in range(0, len(paths), _BATCH):
            batch = paths[start : start + _BATCH]
            arrays = list(map(decoded, batch) if decoders == 1 else pool.map(decoded, batch))
            session.run(None, {"image": np.stack(arrays)})


def ours(path: Path, threads: int, paths: list[Path]) -> None:
    """Predict as the command does."""
    model = OnnxModel.open(path, "cpu", threads=threads)
    answered = sum(prediction.label is not None for prediction in predict_paths(model, paths, batch_size=_BATCH))
    if answered != len(paths):
        raise SystemExit(f"Only {answered} of {len(paths)} pictures were answered.")


def timed(work: Callable[[], None]) -> float:
    """Return how many seconds some work took."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def peaks(path: Path, pictures: Path, folder: Path, counts: tuple[int, ...]) -> Iterator[tuple[int, float]]:
    """Yield each number of pictures with the peak memory of predicting so many, in MB."""
    for count in counts:
        some = many(pictures, count, folder / f"of-{count}")
        done = subprocess.run(
            [sys.executable, "-c", _PREDICT_AND_PEAK, path, some, "--provider", "cpu", "--csv", folder / "out.csv"],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=True,
        )  # fmt: skip
        kilobytes = int(done.stderr.rpartition("peak ")[2])
        yield count, round(kilobytes / (1024 if sys.platform != "darwin" else 1024**2), 1)
        shutil.rmtree(some)


def main() -> int:
    """Measure and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=Path, required=True, help="a folder with one sub-folder a class")
    parser.add_argument("--model", type=Path, help="an exported model; by default one is trained and exported")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--threads", type=int, default=0, help="of ONNX Runtime; 0 for all")
    parser.add_argument("--out", type=Path, help="write the figures to this JSON file too")
    arguments = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="downslope-benchmark-"))
    os.environ["DOWNSLOPE_HOME"] = str(folder / "home")
    try:
        path = arguments.model or exported(arguments.pictures, folder)
        # First: on Linux a process begins with the peak of the one that started it, as long as that is small.
        memory = dict(peaks(path, arguments.pictures, folder, _COUNTS))
        model = OnnxModel.open(path, "cpu")
        decoders = min(4, os.cpu_count() or 1)
        paths = picture_files(many(arguments.pictures, arguments.count, folder / "pictures"))
        ours(path, arguments.threads, paths[:_BATCH])  # what is set up at the first use
        rounds = []
        for _ in range(arguments.pairs):
            rounds.append(
                (
                    timed(lambda: bare(model, path, arguments.threads, paths, 1)),
                    timed(lambda: ours(path, arguments.threads, paths)),
                    timed(lambda: bare(model, path, arguments.threads, paths, decoders)),
                )
            )
            sys.stderr.write(f"{rounds[-1]}\n")
        ratios = [one / own for one, own, _ in rounds]
        ratios_many = [several / own for _, own, several in rounds]
        figures = {
            f"{arguments.count} photographs at {' x '.join(map(str, model.metadata.resize.size))}": {
                "pairs": len(rounds),
                "threads": arguments.threads or "all",
                "batch": _BATCH,
                "pictures_a_second": round(arguments.count / statistics.median(own for _, own, _ in rounds), 1),
                "pictures_a_second_bare_loop": round(
                    arguments.count / statistics.median(one for one, _, _ in rounds), 1
                ),
                "ratio": round(statistics.median(ratios), 3),
                "lowest_ratio": round(min(ratios), 3),
                "highest_ratio": round(max(ratios), 3),
                "ratio_to_a_bare_loop_with_as_many_decoders": round(statistics.median(ratios_many), 3),
            },
            "peak memory of the process, MB": {f"{count} pictures": peak for count, peak in memory.items()},
        }
        command = "python tests/benchmarks/predict_throughput.py --pictures FOLDER"
        command += f" --count {arguments.count}" if arguments.count != 1000 else ""
        command += f" --threads {arguments.threads}" if arguments.threads else ""
        written = write_measured("predict_throughput", command, figures)
        if arguments.out:
            shutil.copy(written, arguments.out)
    finally:
        shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
