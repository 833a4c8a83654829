"""100,000 files of pictures are indexed, split, grouped, chosen from and captioned, none of them opened.

``python tests/benchmarks/indexing.py [COUNT]`` makes the files in a temporary folder and prints the seconds of each
part, and of a plain walk with ``Path.rglob`` beside them as the baseline.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from desktop_app.engine.experiment import Experiment
from desktop_app.engine.preview import load_samples, split_samples
from desktop_app.reading.label_file import write_labels
from desktop_app.reading.picture_files import picture_names
from desktop_app.registry import load_plugins

T = TypeVar("T")


def timed(what: str, function: Callable[[], T]) -> T:
    """Call, and print what it took."""
    start = time.perf_counter()
    result = function()
    print(f"{what:<56} {time.perf_counter() - start:7.2f} s")  # noqa: T201 - what a benchmark is for
    return result


def main(count: int) -> None:
    """Make the files, and measure."""
    registry = load_plugins()
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        for place in range(count):
            parent = folder / f"class {place % 20}" / f"animal {place % 2000}"
            if place < 2000:
                parent.mkdir(parents=True)
            (parent / f"{place}.jpg").touch()
        plain = {"data": {"source": "image_folder", "path": made, "test": 0.1}}
        experiment = Experiment.from_dict(plain)
        timed("Path.rglob (baseline)", lambda: sorted(path for path in folder.rglob("*.jpg") if path.is_file()))
        names = timed("names of the pictures", lambda: picture_names(folder))
        samples = timed("load_samples, class folders", lambda: load_samples(experiment, registry))
        timed("split", lambda: split_samples(samples, experiment))
        grouped = experiment.with_value("data.group", "^(.+)/")
        timed("split by group, 2,000 groups", lambda: split_samples(samples, grouped))
        alone = experiment.with_value("data.group", "/(.+)$")
        timed("split by group, as many groups as pictures", lambda: split_samples(samples, alone))
        chosen = experiment.with_value("data.excluded", names[:1000])
        chosen = chosen.with_value("data.relabelled", [[name, "class 3"] for name in names[2000:3000]])
        left = timed("load_samples, 1,000 left out, 1,000 relabelled", lambda: load_samples(chosen, registry))
        timed("split of those", lambda: split_samples(left, chosen))
        write_labels(folder / "labels.csv", [(name, f"label {place % 20}") for place, name in enumerate(names)])
        by_csv = timed("load_samples, a CSV of labels", lambda: load_samples(experiment, registry))
        assert len(samples) == len(by_csv) == count


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
