"""The bundle's web page in a real browser: Downslope's answers, no connection elsewhere, and Pillow's resizing."""

import functools
import http.server
import json
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from bad_files import encoded, write
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from scenes import scene
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select, WebDriverWait

from desktop_app.engine.export.bundle.page import resizes_tall_first, runtime_folder
from desktop_app.inference.onnx_session import OnnxModel
from desktop_app.inference.prediction import predict_paths
from desktop_app.reading.pictures import fit_picture
from desktop_app.reading.tables import encode, read_frame

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
# A fresh profile, and nothing that a browser does of its own accord.
OPTIONS = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage"),
)
pytestmark = [
    pytest.mark.skipif(CHROMIUM is None or DRIVER is None, reason="chromium and chromedriver are not installed"),
    pytest.mark.skipif(runtime_folder() is None, reason="onnxruntime-web was not fetched (see its own test)"),
]


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    """What ``python -m http.server`` answers with, without its log."""

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def serve() -> Iterator[object]:
    """Return what serves a folder on this machine and gives its address."""
    servers = []

    def start(folder: Path) -> str:
        handler = functools.partial(QuietHandler, directory=str(folder))
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def browser(tmp_path_factory) -> Iterator[webdriver.Chrome]:
    """Return a browser without a window."""
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for option in (*OPTIONS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(option)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(DRIVER))
    yield driver
    driver.quit()


@pytest.fixture(scope="module")
def opened(browser, serve, bundled):
    """Return what opens the page of a bundle and waits for its model; each is loaded once."""
    addresses: dict[str, str] = {}

    def open_page(kind: str) -> webdriver.Chrome:
        if kind not in addresses:
            addresses[kind] = serve(bundled(kind).bundle.folder)
        browser.get(f"{addresses[kind]}/web/")
        wait_for(browser, "ready", "failed")
        assert state(browser) == "ready", browser.find_element(By.ID, "failed-words").text
        return browser

    return open_page


def state(browser) -> str:
    return browser.find_element(By.TAG_NAME, "body").get_attribute("data-state")


def wait_for(browser, *states: str) -> None:
    WebDriverWait(browser, 60).until(lambda driver: state(driver) in states)


def answer(browser) -> tuple[str, dict[str, float]]:
    """Wait for an answer and return the label with the bars' probabilities."""
    WebDriverWait(browser, 60).until(
        lambda driver: state(driver) == "ready" and text(driver, "time") + text(driver, "problem")
    )
    assert text(browser, "problem") == ""
    lines = browser.find_elements(By.CSS_SELECTOR, "#bars li")
    bars = {
        line.find_element(By.CLASS_NAME, "words").get_attribute("title"): float(line.get_attribute("data-probability"))
        for line in lines
    }
    return text(browser, "label"), bars


def text(browser, name: str) -> str:
    return browser.find_element(By.ID, name).text


def in_page(browser, script: str, *given: object) -> object:
    """Return what an asynchronous function's body returns in the page, to which ``given`` is handed."""
    done = browser.execute_async_script(
        "const given = Array.from(arguments), done = given.pop();"
        f"(async () => {{ {script} }})().then((value) => done([value, null]), (error) => done([null, String(error)]));",
        *given,
    )
    assert done[1] is None, done[1]
    return done[0]


def severe(browser) -> list[str]:
    return [entry["message"] for entry in browser.get_log("browser") if entry["level"] == "SEVERE"]


def test_the_sample_gets_the_expected_answer_by_the_keyboard_alone(opened, bundled):
    folder = bundled("pictures").bundle.folder
    expected = json.loads((folder / "sample" / "expected.json").read_text(encoding="utf-8"))
    page = opened("pictures")

    assert page.title == "my pictures"
    page.find_element(By.TAG_NAME, "body").send_keys(Keys.TAB)
    assert page.switch_to.active_element.get_attribute("id") == "drop"
    page.switch_to.active_element.send_keys(Keys.TAB)
    page.switch_to.active_element.send_keys(Keys.ENTER)
    label, bars = answer(page)

    assert label == expected["label"]
    assert bars == pytest.approx(dict(zip(expected["labels"], expected["probabilities"], strict=True)), abs=1e-3)
    assert text(page, "expected") == "This is the expected answer for the sample."
    assert severe(page) == []


def test_pictures_that_are_chosen_or_dropped_get_downslopes_answers(opened, bundled, tmp_path):
    folder = bundled("pictures").bundle.folder
    notes = Image.Exif()
    notes[0x0112] = 8
    clear = scene(4).convert("RGBA")
    clear.putalpha(Image.linear_gradient("L").resize(clear.size))
    files = [
        write(tmp_path, "turned.jpg", encoded("JPEG", scene(1), exif=notes)),
        write(tmp_path, "plain.png", encoded("PNG", scene(2))),
        write(tmp_path, "clear.png", encoded("PNG", clear)),
        Path(bundled("pictures").run.experiment.data.path) / "red" / "1.jpg",
    ]
    wanted = list(predict_paths(OnnxModel.open(folder / "model.onnx", "cpu"), files))
    page = opened("pictures")

    for file, right in zip(files, wanted, strict=True):
        page.find_element(By.ID, "file").send_keys(str(file))
        label, bars = answer(page)
        assert label == right.label, file
        assert bars == pytest.approx(dict(zip(right.labels, right.probabilities, strict=True)), abs=2e-3), file

    (tmp_path / "text.png").write_text("no picture")
    page.find_element(By.ID, "file").send_keys(str(tmp_path / "text.png"))
    WebDriverWait(page, 20).until(lambda driver: text(driver, "problem"))
    assert text(page, "problem") == "This file is no picture that the browser can read."
    assert text(page, "label") == ""


@pytest.mark.parametrize("options", ["any size", "for a pipeline"])
def test_a_model_exported_with_other_options_gets_the_expected_answer(options, browser, serve, bundled_otherwise):
    folder = bundled_otherwise(options).bundle.folder
    expected = json.loads((folder / "sample" / "expected.json").read_text(encoding="utf-8"))
    browser.get(f"{serve(folder)}/web/")
    wait_for(browser, "ready", "failed")

    browser.find_element(By.ID, "sample").click()
    label, bars = answer(browser)

    assert label == expected["label"]
    assert bars == pytest.approx(dict(zip(expected["labels"], expected["probabilities"], strict=True)), abs=1e-3)
    assert severe(browser) == []


def test_a_label_below_the_threshold_is_shown_as_not_sure(browser, serve, bundled, tmp_path):
    folder = tmp_path / "bundle"
    shutil.copytree(bundled("pictures").bundle.folder, folder)
    about = json.loads((folder / "web" / "model.json").read_text(encoding="utf-8"))
    (folder / "web" / "model.json").write_text(json.dumps({**about, "not_sure": 1.0}), encoding="utf-8")
    browser.get(f"{serve(folder)}/web/")
    wait_for(browser, "ready")

    browser.find_element(By.ID, "sample").click()
    answer(browser)

    assert browser.find_element(By.ID, "not-sure").is_displayed()
    assert text(browser, "not-sure") == "Not sure. Below 100.0 % a person should look."


def test_the_page_shows_the_model_card_and_cannot_send_anything_elsewhere(opened, serve, tmp_path):
    (tmp_path / "elsewhere.txt").write_text("here I am")
    elsewhere = serve(tmp_path)
    page = opened("pictures")

    outcome = in_page(
        page,
        "return fetch(given[0], {mode: 'no-cors'}).then(() => 'sent', () => 'refused');",
        f"{elsewhere}/elsewhere.txt",
    )

    assert outcome == "refused"
    assert any("Content Security Policy" in message for message in severe(page))
    page.find_element(By.TAG_NAME, "summary").click()
    WebDriverWait(page, 20).until(
        lambda driver: "# my pictures" in driver.find_element(By.CSS_SELECTOR, "#card pre").text
    )
    assert "No data leaves this computer." in page.find_element(By.TAG_NAME, "footer").text


def test_opened_as_a_file_it_says_what_to_do(browser, bundled):
    browser.get((bundled("pictures").bundle.folder / "web" / "index.html").as_uri())

    notice = browser.find_element(By.ID, "unserved")
    WebDriverWait(browser, 20).until(lambda _driver: notice.is_displayed())

    assert "python -m http.server" in notice.text
    assert severe(browser)


def test_served_without_the_folder_above_it_says_what_to_serve(browser, serve, bundled):
    browser.get(f"{serve(bundled('pictures').bundle.folder / 'web')}/")
    wait_for(browser, "failed")

    assert "serve the whole folder that holds model.onnx" in text(browser, "failed-words")
    severe(browser)


def test_a_table_models_form_asks_for_words_dates_and_numbers_and_gives_downslopes_answers(opened, bundled, tmp_path):
    made = bundled("table")
    expected = json.loads((made.bundle.folder / "sample" / "expected.json").read_text(encoding="utf-8"))
    page = opened("table")
    fields = {
        label.text.splitlines()[0]: label.find_element(By.CSS_SELECTOR, "input, select")
        for label in page.find_elements(By.CSS_SELECTOR, "#fields label")
    }

    assert {name: each.get_attribute("type") for name, each in fields.items()} == {
        "amount": "number",
        "colour": "select-one",
        "code": "select-one",
        "bought": "datetime-local",
    }
    page.find_element(By.ID, "sample").click()
    assert answer(page)[0] == expected["label"]
    assert text(page, "expected") == "This is the expected answer for the sample."

    row = write(tmp_path, "row.csv", b"amount,colour,code,bought\n-0.25,1.5,,2019-07-14 16:45\n")
    fields["amount"].clear()
    fields["amount"].send_keys("-0.25")
    Select(fields["colour"]).select_by_visible_text("1.5")
    Select(fields["code"]).select_by_visible_text("not known")
    page.execute_script("arguments[0].value = '2019-07-14T16:45'", fields["bought"])
    fields["amount"].send_keys(Keys.ENTER)
    label, bars = answer(page)

    (wanted,) = predict_paths(OnnxModel.open(made.bundle.folder / "model.onnx", "cpu"), [row])
    assert label == wanted.label
    assert bars == pytest.approx(dict(zip(wanted.labels, wanted.probabilities, strict=True)), abs=1e-4)
    assert severe(page) == []


def test_a_dates_numbers_are_downslopes(opened, bundled, tmp_path_factory):
    page = opened("table")
    names = [name for name in bundled("table").run.task.input.names if name.startswith("bought: ")]
    parts = [name.removeprefix("bought: ") for name in names]

    @settings(max_examples=30)
    @given(moments=st.lists(st.datetimes(), min_size=1, max_size=8))
    def agrees(moments):
        texts = [moment.strftime("%Y-%m-%dT%H:%M").zfill(16) for moment in moments]
        path = tmp_path_factory.mktemp("dates") / "dates.csv"
        path.write_text("bought\n" + "\n".join(texts), encoding="utf-8")

        found = in_page(
            page,
            "const [texts, parts] = given; const { ofDate } = await import('./table.mjs');"
            " return texts.map((text) => parts.map((part) => ofDate(text, part)));",
            texts,
            parts,
        )

        np.testing.assert_allclose(np.float32(found), encode(read_frame(path), names, {}), rtol=1e-6, atol=1e-6)

    assert len(parts) == 7
    agrees()


def test_pictures_are_resized_as_downslope_does_it_to_the_byte(opened):
    page = opened("pictures")
    sides = st.integers(1, 70)

    @settings(max_examples=80)
    @given(
        pixels=st.builds(
            lambda seed, *size: np.random.default_rng(seed).integers(0, 256, (*size, 3), dtype=np.uint8),
            st.integers(0, 2**32 - 1),
            sides,
            sides,
        ),
        size=st.tuples(sides, sides),
        rule=st.sampled_from(["crop", "stretch", "pad"]),
        interpolation=st.sampled_from(["bilinear", "bicubic", "nearest"]),
    )
    def agrees(pixels, size, rule, interpolation):
        found = in_page(
            page,
            "const [width, height, bytes, resize] = given; const { fit } = await import('./picture.mjs');"
            " return Array.from(fit({width, height, data: Uint8Array.from(bytes)}, resize).data);",
            *pixels.shape[1::-1],
            pixels.ravel().tolist(),
            {"size": size, "rule": rule, "interpolation": interpolation, "tallFirst": resizes_tall_first()},
        )

        wanted = fit_picture(Image.fromarray(pixels), size, rule, interpolation)
        np.testing.assert_array_equal(np.array(found, dtype=np.uint8).reshape(wanted.shape), wanted)

    agrees()


@pytest.mark.parametrize("layout", ["nhwc", "nchw"])
def test_values_are_scaled_and_ordered_as_the_model_asks(opened, layout):
    picture = np.random.default_rng(0).integers(0, 256, (7, 9, 3), dtype=np.uint8)
    mean, std = [0.1, 0.2, 0.3], [0.5, 0.6, 0.7]

    kind, values, shape = in_page(
        opened("pictures"),
        "const [width, height, bytes, pixels] = given; const { asInput } = await import('./picture.mjs');"
        " const made = asInput({width, height, data: Uint8Array.from(bytes)}, pixels);"
        " return [made.type, Array.from(made.values), made.shape];",
        9,
        7,
        picture.ravel().tolist(),
        {"layout": layout, "type": "float32", "mean": mean, "std": std},
    )

    wanted = ((picture / 255 - mean) / std).astype(np.float32)[None]
    wanted = wanted if layout == "nhwc" else wanted.transpose(0, 3, 1, 2)
    assert (kind, shape) == ("float32", list(wanted.shape))
    np.testing.assert_array_equal(np.array(values, dtype=np.float32), wanted.ravel())
