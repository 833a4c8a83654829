"""Labels of pictures in a CSV: written whole, read back the same, and read as others write them."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.errors import DataError
from desktop_app.reading.label_file import add_label, names_pictures, read_labels, remove_label, write_labels

texts = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=20).map(str.strip).filter(bool)


@given(st.lists(st.tuples(texts, texts | st.just("")), min_size=1, max_size=30))
def test_what_is_written_is_read_back(pairs):
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "labels.csv")
        write_labels(file, pairs)

        assert read_labels(file).pairs == tuple(pairs)
        assert [path.name for path in Path(folder).iterdir()] == ["labels.csv"]


def test_the_header_is_file_and_label(tmp_path: Path):
    write_labels(tmp_path / "labels.csv", [("birds/a b.jpg", 'robin, "red"'), ("c\nd.png", "wren")])

    content = (tmp_path / "labels.csv").read_bytes()
    assert content == b'file,label\nbirds/a b.jpg,"robin, ""red"""\n"c\nd.png",wren\n'
    assert read_labels(tmp_path / "labels.csv").pairs == (("birds/a b.jpg", 'robin, "red"'), ("c\nd.png", "wren"))


@pytest.mark.parametrize(
    "header", ["Filename,Class", "species;image", "path\tcategory", "id,breed", "Image Path,TARGET", "label,file"]
)
def test_columns_are_recognised_by_theirtexts(tmp_path: Path, header: str):
    separator = next(mark for mark in ";\t," if mark in header)
    first_is_label = header.startswith(("species", "label"))
    line = ("robin", "a.png") if first_is_label else ("a.png", "robin")
    (tmp_path / "any.csv").write_text(f"{header}\n{separator.join(line)}\n", encoding="utf-8")

    assert read_labels(tmp_path / "any.csv").pairs == (("a.png", "robin"),)


def test_other_columns_are_kept_and_columns_may_be_named(tmp_path: Path):
    (tmp_path / "any.csv").write_text("foto,vogel,nest\na.png,NA,1\nb.png,,\n", encoding="utf-8")

    labels = read_labels(tmp_path / "any.csv", file_column="foto", label_column="vogel")

    assert labels.pairs == (("a.png", "NA"), ("b.png", ""))
    assert labels.columns == {"nest": ("1", "")}


def test_a_column_that_is_not_there_or_not_known_is_named(tmp_path: Path):
    (tmp_path / "any.csv").write_text("foto,vogel\na.png,robin\n", encoding="utf-8")

    with pytest.raises(DataError, match=r"no column that is known to hold the pictures' files.*foto, vogel"):
        read_labels(tmp_path / "any.csv")
    with pytest.raises(DataError, match=r'file_column: .* has no column "fotos".*Did you mean "foto"'):
        read_labels(tmp_path / "any.csv", file_column="fotos")
    with pytest.raises(DataError, match="cannot be read"):
        read_labels(tmp_path / "none.csv")


def test_a_csv_that_names_pictures_is_told_from_a_table(tmp_path: Path):
    (tmp_path / "a.png").touch()
    (tmp_path / "pictures.csv").write_text("file,label\na.png,x\n", encoding="utf-8")
    (tmp_path / "table.csv").write_text("id,species\n1,setosa\n2,virginica\n", encoding="utf-8")
    (tmp_path / "other.csv").write_text("width,height\n1,2\n", encoding="utf-8")

    assert names_pictures(tmp_path / "pictures.csv")
    assert not names_pictures(tmp_path / "table.csv")
    assert not names_pictures(tmp_path / "other.csv")


def test_a_name_that_is_no_text_is_refused_and_the_old_file_stays(tmp_path: Path):
    file = tmp_path / "labels.csv"
    write_labels(file, [("a.png", "x")])

    with pytest.raises(DataError, match="no valid text; rename"):
        write_labels(file, [("b\udcff.png", "x")])

    assert read_labels(file).pairs == (("a.png", "x"),)


@given(
    st.lists(st.tuples(texts, texts), min_size=1, max_size=5),
    texts,
    texts,
    st.sampled_from(["\n", "\r\n"]),
)
def test_a_line_that_was_added_is_read_and_can_be_removed(
    tmp_path_factory: pytest.TempPathFactory, pairs: list[tuple[str, str]], file: str, label: str, end: str
) -> None:
    path = tmp_path_factory.mktemp("labels") / "labels.csv"
    write_labels(path, pairs)
    path.write_bytes(path.read_bytes().replace(b"\n", end.encode()))
    before = path.read_bytes()

    line = add_label(path, file, label)

    assert read_labels(path).pairs[-1] == (file, label.strip())
    assert len(read_labels(path).pairs) == len(pairs) + 1
    remove_label(path, line)
    assert path.read_bytes() == before
