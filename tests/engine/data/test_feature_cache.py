"""The cache on disk gives back the very rows, or says that it has none: whatever is killed, damaged, full or shared."""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop_app.engine.data import feature_cache
from desktop_app.engine.data.feature_cache import FeatureCache, KnownFile, RowReader

ROW = (2, 3)
ROW_BYTES = 24
WRITER = """
import sys, numpy as np
from pathlib import Path
from desktop_app.engine.data.feature_cache import FeatureCache
start, count = int(sys.argv[2]), int(sys.argv[3])
with FeatureCache(Path(sys.argv[1])) as cache:
    for number in range(start, start + count):
        row = np.full((1, 250, 250), number, np.float32)
        cache.add("space", [number.to_bytes(16, "little")], row)
        print(number, flush=True)
    print(cache.problem, flush=True)
"""


OPENER = """
import sys
from pathlib import Path
from desktop_app.engine.data.feature_cache import FeatureCache
print("ready", flush=True)
for folder in sys.stdin:
    with FeatureCache(Path(folder.strip())) as cache:
        print(cache.problem, flush=True)
"""


def names_of(*numbers):
    return [number.to_bytes(16, "little") for number in numbers]


def rows_of(*numbers):
    return np.stack([np.full(ROW, number, np.float32) for number in numbers])


def read(cache, space, *numbers):
    """Return what is verified in the cache, by number."""
    found, reader = cache.find(space, names_of(*numbers)), RowReader()
    rows = {number: found.get(name) for number, name in zip(numbers, names_of(*numbers), strict=True)}
    verified = {number: reader.verified(row) for number, row in rows.items() if row}
    return {number: row.flat[0] for number, row in verified.items() if row is not None}


def start_writing(folder, start, count):
    command = [sys.executable, "-c", WRITER, str(folder), str(start), str(count)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_rows_come_back_to_another_run_bit_for_bit(tmp_path):
    rows = np.random.default_rng(0).standard_normal((3, *ROW)).astype(np.float32)
    with FeatureCache(tmp_path) as cache:
        cache.add("space", names_of(1, 2, 3), rows)

    with FeatureCache(tmp_path) as cache:
        found = cache.find("space", names_of(2, 9))
        assert list(found) == names_of(2)
        assert np.array_equal(RowReader().verified(found[names_of(2)[0]]), rows[1])
        assert cache.find("another space", names_of(2)) == {}
        assert cache.problem == ""


def test_a_writer_killed_at_any_moment_leaves_whole_rows_and_a_cache_to_go_on_with(tmp_path):
    writer = start_writing(tmp_path, 0, 100_000)
    assert writer.stdout is not None
    told = [int(writer.stdout.readline()) for _ in range(20)][-1]
    writer.send_signal(signal.SIGKILL)
    writer.communicate()

    with FeatureCache(tmp_path) as cache:
        found = read(cache, "space", *range(told + 1))
        assert found == {number: number for number in range(told + 1)}
        cache.add("space", names_of(200_000), np.full((1, 250, 250), 7, np.float32))
        assert read(cache, "space", 200_000) == {200_000: 7}
        assert cache.problem == ""


def test_two_processes_write_at_once_and_each_finds_the_rows_of_both(tmp_path):
    writers = [start_writing(tmp_path, 0, 40), start_writing(tmp_path, 20, 40)]
    for writer in writers:
        assert writer.communicate()[0].splitlines()[-1] == ""

    with FeatureCache(tmp_path) as cache:
        assert read(cache, "space", *range(60)) == {number: number for number in range(60)}


def test_processes_that_begin_it_at_the_same_moment_wait_for_each_other(tmp_path):
    command = [sys.executable, "-c", OPENER]
    openers = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1) for _ in range(4)
    ]
    assert [opener.stdout.readline() for opener in openers] == ["ready\n"] * 4
    problems = []
    for number in range(20):
        for opener in openers:
            opener.stdin.write(f"{tmp_path / str(number)}\n")
        problems += [opener.stdout.readline().strip() for opener in openers]
    for opener in openers:
        opener.communicate()

    assert set(problems) == {""}


def test_a_damaged_row_is_not_given_back_and_its_neighbours_are(tmp_path):
    with FeatureCache(tmp_path) as cache:
        cache.add("space", names_of(1, 2, 3), rows_of(1, 2, 3))
    (file,) = tmp_path.glob("*.rows")
    content = bytearray(file.read_bytes())
    content[ROW_BYTES + 5] ^= 1
    file.write_bytes(content)

    with FeatureCache(tmp_path) as cache:
        assert read(cache, "space", 1, 2, 3) == {1: 1, 3: 3}
        cache.add("space", names_of(2), rows_of(2))
        assert read(cache, "space", 1, 2, 3) == {1: 1, 2: 2, 3: 3}


@pytest.mark.parametrize("harm", ["cut short", "gone"])
def test_a_file_that_is_cut_short_or_gone_is_as_if_it_had_never_been(harm, tmp_path):
    with FeatureCache(tmp_path) as cache:
        cache.add("space", names_of(1, 2), rows_of(1, 2))
    (file,) = tmp_path.glob("*.rows")
    if harm == "gone":
        file.unlink()
    else:
        os.truncate(file, ROW_BYTES + 3)

    with FeatureCache(tmp_path) as cache:
        assert read(cache, "space", 1, 2) == ({} if harm == "gone" else {1: 1})


def test_an_index_that_is_no_index_is_begun_anew(tmp_path):
    with FeatureCache(tmp_path) as cache:
        cache.add("space", names_of(1), rows_of(1))
    (tmp_path / "index.sqlite").write_bytes(b"no index" * 1000)

    with FeatureCache(tmp_path) as cache:
        assert read(cache, "space", 1) == {}
        cache.add("space", names_of(2), rows_of(2))
        assert read(cache, "space", 2) == {2: 2}
        assert len(list(tmp_path.glob("*.rows"))) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on the size of files")
def test_a_full_disk_is_one_problem_and_no_failure_and_what_was_kept_is_still_there(tmp_path):
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    with FeatureCache(tmp_path) as cache:
        cache.add("space", names_of(1), np.full((1, 250, 250), 1, np.float32))
        resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, before[1]))
        try:
            cache.add("space", names_of(2), np.full((1, 250, 250), 2, np.float32))
            told = cache.problem
            cache.add("space", names_of(3), np.full((1, 250, 250), 3, np.float32))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        assert "cannot be kept" in told
        assert "File too large" in told
        assert cache.problem == told
        assert read(cache, "space", 1, 2, 3) == {1: 1}


def test_a_folder_that_cannot_be_made_is_a_problem_and_no_failure(tmp_path):
    (tmp_path / "file").write_text("in the way")

    with FeatureCache(tmp_path / "file" / "features") as cache:
        assert "cannot be kept" in cache.problem
        cache.add("space", names_of(1), rows_of(1))
        assert cache.find("space", names_of(1)) == {}
        assert not cache.has_room(1)
        assert cache.recall_files([KnownFile("a", 1, 1)], "rule") == [None]


def test_what_was_used_longest_ago_gives_way_and_the_limit_is_kept(tmp_path):
    limit = 4 * ROW_BYTES
    for number in (1, 2):
        with FeatureCache(tmp_path, limit) as cache:
            cache.add("space", names_of(number, number + 10), rows_of(number, number + 10))
    with FeatureCache(tmp_path, limit) as cache:
        cache.find("space", names_of(1))
    with FeatureCache(tmp_path, limit) as cache:
        cache.add("space", names_of(3), rows_of(3))

        assert read(cache, "space", 1, 11, 2, 12, 3) == {1: 1, 11: 11, 3: 3}
        assert cache.size_bytes == 3 * ROW_BYTES
        assert len(list(tmp_path.glob("*.rows"))) == 2


def test_what_a_run_uses_itself_does_not_give_way_to_more_of_it(tmp_path):
    with FeatureCache(tmp_path, 2 * ROW_BYTES) as cache:
        cache.add("space", names_of(1, 2), rows_of(1, 2))
        assert not cache.has_room(ROW_BYTES)
        cache.add("space", names_of(3), rows_of(3))

        assert cache.problem == "The features do not fit into the cache on disk."
        assert read(cache, "space", 1, 2, 3) == {1: 1, 2: 2}


def test_a_reader_goes_on_with_rows_that_another_process_lets_go_of(tmp_path):
    with FeatureCache(tmp_path, 2 * ROW_BYTES) as cache:
        cache.add("space", names_of(1), rows_of(1))
    with FeatureCache(tmp_path, 2 * ROW_BYTES) as reading, FeatureCache(tmp_path, 2 * ROW_BYTES) as other:
        (stored,) = reading.find("space", names_of(1)).values()
        reader = RowReader()
        reader.row(stored)
        other.add("space", names_of(2, 3), rows_of(2, 3))

        assert read(other, "space", 1, 2, 3) == {2: 2, 3: 3}
        assert np.array_equal(reader.verified(stored), rows_of(1)[0])


def test_files_nobody_knows_are_swept_away(tmp_path):
    FeatureCache(tmp_path).close()
    (tmp_path / "left.rows").write_bytes(b"behind")

    FeatureCache(tmp_path).close()

    assert list(tmp_path.glob("*.rows")) == []


def test_a_file_is_known_as_long_as_its_path_size_time_and_rule_are_the_same(tmp_path, monkeypatch):
    file = KnownFile("/a.png", 10, 1_000)
    with FeatureCache(tmp_path) as cache:
        cache.remember_files([file], "rule", [b"name"])

        assert cache.recall_files([file], "rule") == [b"name"]
        others = [KnownFile("/b.png", 10, 1_000), KnownFile("/a.png", 11, 1_000), KnownFile("/a.png", 10, 1_001)]
        assert cache.recall_files(others, "rule") == [None] * 3
        assert cache.recall_files([file], "another") == [None]
        # Written again within the clock's tick, it would look the same.
        fresh = KnownFile("/c.png", 10, 2**62)
        cache.remember_files([fresh], "rule", [b"name"])
        assert cache.recall_files([fresh], "rule") == [None]
        monkeypatch.setattr(feature_cache, "_MOST_FILES", 2)
        for number in range(4):
            cache.remember_files([KnownFile(str(number), 1, 1)], "rule", [b"name"])
        kept = [cache.recall_files([KnownFile(str(number), 1, 1)], "rule") for number in range(4)]
        assert kept == [[None], [None], [b"name"], [b"name"]]


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.sampled_from("ab"), st.lists(st.integers(0, 20), min_size=1, unique=True)),
        st.tuples(st.just("forget"), st.sampled_from("ab"), st.lists(st.integers(0, 20))),
        st.tuples(st.just("reopen"), st.just(""), st.just([])),
    ),
    max_size=12,
)


@settings(max_examples=40, deadline=None)
@given(STEPS, st.sampled_from([5 * ROW_BYTES, 10**6]))
def test_whatever_is_written_forgotten_and_let_go_of_a_row_is_the_one_that_was_written_or_none(steps, limit):
    written = {}
    with tempfile.TemporaryDirectory() as folder:
        cache = FeatureCache(Path(folder), limit)
        for value, (what, space, numbers) in enumerate(steps):
            if what == "add":
                cache.add(space, names_of(*numbers), np.full((len(numbers), *ROW), value, np.float32))
                if not cache.problem:
                    written |= {(space, number): value for number in numbers}
            elif what == "forget":
                cache.forget(space, names_of(*numbers))
                written = {key: value for key, value in written.items() if key[0] != space or key[1] not in numbers}
            else:
                cache.close()
                cache = FeatureCache(Path(folder), limit)
            for where in "ab":
                found = read(cache, where, *range(21))
                expected = {number: value for (own, number), value in written.items() if own == where}
                assert found.items() <= expected.items()
                if limit == 10**6:
                    assert found == expected
            assert cache.size_bytes <= limit
        cache.close()
