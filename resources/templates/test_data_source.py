"""New data source: a small file, and the checks that every data source must pass."""

from pathlib import Path

import numpy as np
import pytest

from desktop_app.api import DataError
from desktop_app.registry.conformance import check_plugin, contributions_of

# Beside this file, or in a folder above it.
PLUGIN = next(
    folder / "new_data_source.py" for folder in Path(__file__).parents if (folder / "new_data_source.py").is_file()
)
(new_data_source,) = contributions_of(PLUGIN)


def test_a_file_becomes_samples(tmp_path: Path) -> None:
    file = tmp_path / "two.jsonl"
    file.write_text('{"a": 1, "b": 2.5, "kind": "short"}\n{"a": -3, "kind": "long"}\n', encoding="utf-8")

    samples = new_data_source.create(file, label="kind")

    assert samples.items.names == ("a", "b")
    np.testing.assert_array_equal(samples.items.values, np.array([[1, 2.5], [-3, np.nan]], dtype=np.float32))
    assert samples.classes == ("long", "short")
    assert samples.labels.tolist() == [1, 0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("no JSON", "cannot be read as one JSON object a line"),
        ('{"a": 1}', 'each line must be a JSON object with the key "label"'),
        ('{"a": 1, "label": "x"}', 'two different values of "label" are needed, found 1'),
        ('{"label": "x"}\n{"label": "y"}', 'there is nothing to learn from beside "label"'),
        ('{"a": "one", "label": "x"}\n{"a": 2, "label": "y"}', "every value but the class must be a number"),
    ],
)
def test_what_cannot_be_learned_from_is_refused_with_a_sentence(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "bad.jsonl"
    file.write_text(text, encoding="utf-8")

    with pytest.raises(DataError, match=said):
        new_data_source.maker(file)


def test_it_passes_every_check() -> None:
    assert [check for check in check_plugin(PLUGIN) if not check.passed] == []
