"""Where the backbone's weights come from: pretrained, random or a file; what is known of them stands below."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QListWidget, QProgressBar, QWidget

from desktop_app.api.parameters import Parameter
from desktop_app.engine.networks.fetching import HUB
from desktop_app.engine.networks.known_backbones import facts_of, weights_in_cache
from desktop_app.window.background import sentence
from desktop_app.window.building_blocks import button, column, holding, row
from desktop_app.window.choosing import choose_file
from desktop_app.window.forms.field import Field
from desktop_app.window.pages.weights_fetching import WeightsFetching
from desktop_app.window.wording import size
from desktop_app.window.workspace import Workspace
from desktop_app.window.wrapped_text import WrappedText

KEY = "model.weights"
_FILE = "file"
_KINDS = "Weights (*.safetensors *.pth *.pt *.bin);;All files (*)"
_CACHE_PLACE, _FILE_PLACE = "weights in cache", "weights in file"
_LINES_PIXELS = 120
_STEPS = 1000
# As many letters as there is room for in the list of choices.
_LONGEST_NAME = 22


def shortened(name: str) -> str:
    """Return a file's name with its middle left out where it is long."""
    half = (_LONGEST_NAME - 1) // 2
    return name if len(name) <= _LONGEST_NAME else f"{name[:half]}…{name[-half:]}"


class WeightsField(QWidget):
    """Binds ``model.weights`` of the draft; ``default_backbone`` is the one where the draft names none."""

    def __init__(self, workspace: Workspace, default_backbone: str) -> None:
        super().__init__()
        self._workspace, self._default_backbone = workspace, default_backbone
        self._in_cache: frozenset[str] | None = None
        self._compared: tuple[str, str, object] | None = None
        self._report: Any = None
        self._not_fetched = ""
        self._ended = False
        texts = {"pretrained": "Pretrained", "random": "Random", _FILE: "A file…"}
        help_text = "Pretrained ones, drawn at random, or a .safetensors or .pth file of the same network"
        self.field = Field(Parameter("weights", "choice", "pretrained", None, tuple(texts), help=help_text), "", texts)
        self.field.edited.connect(self._choose)
        self.field.put_back.connect(lambda: workspace.draft.remove(KEY))
        self.state = WrappedText(tone="muted")
        self.state.setAccessibleName("State of the weights")
        self.licence = WrappedText(tone="warning")
        self.fetch = button("Download now", self._fetch, "drop")
        self.again = button("Other file…", self._ask_for_file, "folder")
        self.more = button("Details", self._toggle, look="flat")
        self.lines = QListWidget()
        self.lines.setAccessibleName("What did not match")
        self.lines.setFixedHeight(_LINES_PIXELS)
        self.lines.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.lines.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.cancel = button("Cancel", lambda: self.fetching.cancel())
        self._busy = holding(row(self.bar, self.cancel))
        self.fetching = WeightsFetching(workspace.background, self)
        self.fetching.changed.connect(self.refresh)
        self.fetching.ended.connect(self._fetched)
        buttons = row(self.fetch, self.again, self.more, None)
        self.setLayout(column(self.field, self.state, self.licence, self._busy, buttons, self.lines, spacing=4))
        self.lines.hide()
        workspace.draft.changed.connect(self._changed)
        workspace.shelf.changed.connect(self.refresh)
        workspace.training.ended.connect(self.look)
        self.look()

    @property
    def wrong(self) -> str:
        """What is said to be wrong."""
        return self.field.wrong

    def show_problem(self, key: str, text: str) -> bool:
        """Say what is wrong where ``key`` is this field's."""
        if key == KEY:
            self.field.show_wrong(text)
        return key == KEY

    def join(self) -> None:
        """End what is being downloaded, and want nothing more of any thread."""
        self._ended = True
        self.fetching.cancel()
        for place in (_CACHE_PLACE, _FILE_PLACE):
            self._workspace.background.forget(place)

    @Slot()
    def look(self) -> None:
        """Look through the hub's cache again, on a thread."""
        if not self._ended:
            self._workspace.background.run(_CACHE_PLACE, weights_in_cache, self._cache_known, lambda _error: None)
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Show what stands in the draft, and what is known of those weights."""
        if self._ended:
            return
        value = str(self._workspace.draft.get(KEY, "pretrained"))
        is_file = value not in ("pretrained", "random")
        self._show_choice(value, is_file)
        for part in (self.fetch, self.again, self.more, self._busy, self.licence):
            part.hide()
        if is_file:
            self._show_file(value)
        else:
            self._compared, self._report = None, None
            self.lines.hide()
            self.field.show_wrong(self._not_fetched)
            if value == "random":
                self._say("Drawn anew: the whole backbone has to be trained, which takes many pictures.")
            else:
                self._show_pretrained()

    @Slot()
    def _changed(self) -> None:
        self._not_fetched = ""
        self.refresh()

    @property
    def _backbone(self) -> str:
        chosen = self._workspace.draft.get("model.backbone")
        return str((chosen.get("name") if isinstance(chosen, dict) else chosen) or self._default_backbone)

    def _show_choice(self, value: str, is_file: bool) -> None:
        box = self.field.editor.box  # type: ignore[attr-defined]
        for place in range(box.count() - 1, -1, -1):
            if box.itemData(place) not in ("pretrained", "random", _FILE, value):
                box.removeItem(place)
        if is_file and box.findData(value) < 0:
            box.addItem(shortened(Path(value).name), value)
        box.setToolTip(value if is_file else "")
        self.field.show_value(value, differs=value != "pretrained")

    def _show_pretrained(self) -> None:
        card = self._workspace.shelf.card("backbone", self._backbone)
        if card is None:
            self._say("")
            return
        facts = facts_of(card)
        if self.fetching.repository:
            self._show_progress()
        elif facts.pretrained.startswith(HUB) and self._in_cache is None:
            self._say("Looking whether they are here…")
        else:
            state = facts.state(self._in_cache or frozenset())
            about_size = f", about {size(facts.file_bytes)}" if facts.file_bytes else ""
            text, tone = {
                "installed": ("Installed with Downslope", "good"),
                "here": ("On this machine", "good"),
                "download": (f"Will be downloaded when training begins{about_size}", "muted"),
                "none": (f"There are none of {facts.name}: choose random, a file, or another backbone.", "bad"),
                "unknown": ("They come with the plugin", "muted"),
            }[state]
            self._say(text, tone)
            if facts.use == "non-commercial":
                self.licence.show()
                self.licence.show_text(f"Their licence, {facts.licence}, forbids commercial use.")
            self.fetch.setVisible(state == "download" and facts.pretrained.startswith(HUB))

    def _show_progress(self) -> None:
        done, total = self.fetching.done, self.fetching.total
        self._busy.show()
        self.bar.setRange(0, _STEPS if total else 0)
        self.bar.setValue(round(_STEPS * done / total) if total else 0)
        self._say(f"Downloading, {size(done)} of {size(total)}" if total else "Asking the hub…")

    def _show_file(self, value: str) -> None:
        registry, name = self._workspace.shelf.registry, self._backbone
        self.again.show()
        path = self._workspace.draft.folder / value
        if self._report is not None:
            problems = self._report.lines()
            left = "" if self._report.matched == self._report.wanted else ". The rest stays random"
            self._say(self._report.brief + left, "good" if self._report.complete else "warning")
            self.more.setVisible(bool(problems))
        elif self.field.wrong:
            self._say("")
        else:
            self._say("Comparing it with the network…")
        asked = (str(path), name, registry)
        if registry is None or name not in registry.backbones or asked == self._compared:
            return
        self._compared, self._report = asked, None
        self.field.show_wrong("")
        self.lines.hide()
        self._say("Comparing it with the network…")
        backbone = registry.backbones[name]

        def compare() -> Any:
            from desktop_app.engine.networks.weights_file import compare_weights

            return compare_weights(backbone, path)

        self._workspace.background.run(_FILE_PLACE, compare, self._fits, self._fits_not)

    def _fits(self, report: Any) -> None:
        self._report = report
        self.lines.clear()
        for line in report.lines():
            self.lines.addItem(line)
            self.lines.item(self.lines.count() - 1).setToolTip(line)
        self.refresh()

    def _fits_not(self, error: BaseException) -> None:
        if self._compared is not None:
            self.field.show_wrong(sentence(error))
            self.refresh()

    def _cache_known(self, in_cache: frozenset[str]) -> None:
        self._in_cache = in_cache
        self.refresh()

    def _choose(self, value: str) -> None:
        if value == _FILE:
            self.refresh()  # the list goes back to what stands until a file is chosen
            self._ask_for_file()
        else:
            self._workspace.draft.set(KEY, None if value == "pretrained" else value)

    def _ask_for_file(self) -> None:
        choose_file(self, "Choose weights", _KINDS, self.take_file)

    def take_file(self, file: Path) -> None:
        """Use this file; one of the same name is looked at again."""
        self._compared, self._report = None, None
        self._workspace.draft.set(KEY, str(file))
        self.refresh()

    def _fetch(self) -> None:
        self._not_fetched = ""
        card = self._workspace.shelf.card("backbone", self._backbone)
        if card is not None:
            self.fetching.begin(card.pretrained.removeprefix(HUB))

    @Slot(str)
    def _fetched(self, text: str) -> None:
        self._not_fetched = text
        self.look()

    def _toggle(self) -> None:
        self.lines.setVisible(self.lines.isHidden())

    def _say(self, text: str, tone: str = "muted") -> None:
        self.state.setVisible(bool(text))
        self.state.show_text(text, tone)
