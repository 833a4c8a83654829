"""Files that ship with Downslope are found wherever it runs from."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from desktop_app.errors import DataError
from desktop_app.reading.resources import resource_file


def test_the_embedded_sample_is_found_with_its_licence():
    assert zipfile.is_zipfile(resource_file("sample/fashion_mnist_small.zip"))
    assert "Zalando SE" in resource_file("sample/LICENSE-fashion-mnist.txt").read_text(encoding="utf-8")


def test_it_is_found_from_another_folder(tmp_path: Path):
    code = "from desktop_app.reading.resources import resource_file; print(resource_file('sample/build.py'))"
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    found = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    assert Path(found.stdout.strip()).is_file()


def test_a_missing_file_says_so():
    with pytest.raises(DataError, match=r'The file "sample/nothing\.zip", which is part of Downslope, is missing'):
        resource_file("sample/nothing.zip")


def test_the_sample_is_rebuilt_to_the_byte_from_its_own_pictures(tmp_path: Path):
    script = resource_file("sample/build.py").read_text(encoding="utf-8")
    with zipfile.ZipFile(resource_file("sample/fashion_mnist_small.zip")) as archive:
        archive.extractall(tmp_path / "pictures")
    (tmp_path / "build.py").write_text(script, encoding="utf-8")
    subprocess.run([sys.executable, tmp_path / "build.py", tmp_path / "pictures"], check=True, capture_output=True)
    rebuilt = (tmp_path / "fashion_mnist_small.zip").read_bytes()
    assert rebuilt == resource_file("sample/fashion_mnist_small.zip").read_bytes()


def test_the_page_for_plugin_authors_reads_files_only_when_asked_to():
    code = (
        "import sys, desktop_app.api as api\n"
        "assert not {'numpy', 'PIL', 'polars', 'torch'} & set(sys.modules), 'too much at import'\n"
        "assert callable(api.read_picture) and callable(api.encode) and 'PIL' in sys.modules\n"
        "rules = {'UpdateRule', 'adam_step', 'with_decay'}\n"
        "assert all(hasattr(api, name) for name in set(api.__all__) - rules)\n"
        "assert not hasattr(api, 'nonsense') and 'torch' not in sys.modules\n"
        "assert all(hasattr(api, name) for name in rules) and 'torch' in sys.modules"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    result = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
