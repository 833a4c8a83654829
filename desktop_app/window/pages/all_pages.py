"""The pages in the order of the rail; a new page is one line here."""

from desktop_app.window.pages.data import DataPage
from desktop_app.window.pages.evaluate import EvaluatePage
from desktop_app.window.pages.export import ExportPage
from desktop_app.window.pages.learn import LearnPage
from desktop_app.window.pages.model import ModelPage
from desktop_app.window.pages.page import Page
from desktop_app.window.pages.plugins import PluginsPage
from desktop_app.window.pages.predict import PredictPage
from desktop_app.window.pages.train import TrainPage

PAGES: tuple[type[Page], ...] = (
    DataPage,
    ModelPage,
    TrainPage,
    EvaluatePage,
    ExportPage,
    PredictPage,
    LearnPage,
    PluginsPage,
)
