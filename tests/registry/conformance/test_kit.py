"""The kit goes through a plugin in order, takes it as Downslope does, and raises no false alarm."""

import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.api import Parameter, Range
from desktop_app.registry import Registry, load_plugins
from desktop_app.registry.conformance import Check, check_plugin, contributions_of
from desktop_app.registry.conformance.check import Begun
from desktop_app.registry.conformance.hyper_parameters import alternatives
from desktop_app.registry.conformance.kit import watch_checks
from desktop_app.registry.conformance.subject import find

HELPERS = Path(__file__).parents[2] / "helpers"
HEAD = "import torch\nfrom desktop_app.api import Activation, Initializer, Optimizer, hookimpl\n"
SOFTENED = """
    @hookimpl
    def register_activations():
        return Activation("softened", torch.nn.Softsign)
"""


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Return a writer of plugin files below the usual imports."""

    def written(body: str, name: str = "mine.py") -> Path:
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(HEAD + textwrap.dedent(body), encoding="utf-8")
        return file

    return written


def found(file: Path, registry: Registry) -> dict[str, Check]:
    return {check.check: check for check in check_plugin(file, registry)}


def failing(checks: dict[str, Check]) -> list[Check]:
    return [check for check in checks.values() if not check.passed]


def test_each_check_begins_before_it_is_done_and_carries_a_detail(write, registry: Registry) -> None:
    events = list(watch_checks(write(SOFTENED), registry))

    begun = [event.check for event in events if isinstance(event, Begun)]
    done = [event.check for event in events if isinstance(event, Check)]
    # What the import printed is seen while it is imported.
    assert begun == [name for name in done if name != "prints nothing"]
    assert len(set(done)) == len(done)
    assert all(event.detail for event in events if isinstance(event, Check))


def test_random_state_and_threads_of_the_caller_stay_as_they_were(write, registry: Registry) -> None:
    torch.manual_seed(7)
    before = torch.get_rng_state()
    threads = torch.get_num_threads()

    assert failing(found(write(SOFTENED), registry)) == []

    assert torch.equal(torch.get_rng_state(), before)
    assert torch.get_num_threads() == threads


def test_the_example_of_the_contract_passes_and_takes_the_place_of_the_built_in_lion(registry: Registry) -> None:
    checks = found(HELPERS / "plugins" / "lion.py", registry)

    assert failing(checks) == []
    assert checks["names are free"].detail == 'optimizer "lion" takes the place of the built-in lion'
    readable = checks["hyper-parameters are readable"].detail
    assert readable.startswith("lr, beta (lr is not explained under Args:; beta has no Range; ")


def test_classes_of_torch_itself_raise_no_false_alarm(write, registry: Registry) -> None:
    file = write("""
        @hookimpl
        def register_optimizers():
            for make in (torch.optim.SGD, torch.optim.AdamW, torch.optim.RMSprop):
                yield Optimizer("torch_" + make.__name__, make)

        @hookimpl
        def register_activations():
            for make in (torch.nn.ReLU, torch.nn.GELU, torch.nn.Hardtanh, torch.nn.Tanhshrink):
                yield Activation("torch_" + make.__name__, make)

        @hookimpl
        def register_initializers():
            return Initializer("torch_kaiming", torch.nn.init.kaiming_normal_)
    """)

    checks = found(file, registry)

    assert failing(checks) == []
    # Of several contributions each is named.
    assert "torch_SGD: converges on toy problems" in checks
    assert "torch_kaiming: follows the seed" in checks


def test_a_package_is_checked_whole(write, registry: Registry, tmp_path: Path) -> None:
    write("from .inner import register_activations", "packed/__init__.py")
    write(SOFTENED, "packed/inner.py")
    assert failing(found(tmp_path / "packed", registry)) == []

    write("def broken(:", "packed/inner.py")
    (wrong,) = failing(found(tmp_path / "packed" / "__init__.py", registry))

    assert wrong.check == "imports cleanly"
    assert "SyntaxError" in wrong.detail
    assert "inner.py" in wrong.detail


def test_another_plugin_of_the_user_has_its_name_and_a_copy_of_this_one_has_not(write, home: Path) -> None:
    file = write(SOFTENED)
    write(SOFTENED, str(home / "plugins" / "mine.py"))
    assert found(file, load_plugins())["names are free"].passed

    (home / "plugins" / "mine.py").rename(home / "plugins" / "other.py")
    (wrong,) = failing(found(file, load_plugins()))

    assert wrong.check == "names are free"
    assert 'its activation "softened" is taken by the user plugin other' in wrong.detail


def test_a_name_means_the_users_plugin_before_a_built_in_one(write, home: Path) -> None:
    assert find("relu").source == "built-in"

    write(SOFTENED, str(home / "plugins" / "relu.py"))

    assert find("relu").source == "user"


def test_an_adapter_whose_package_is_missing_has_nothing_to_check(write, registry: Registry) -> None:
    checks = found(write("@hookimpl\ndef register_optimizers():\n    return []\n"), registry)

    assert failing(checks) == []
    assert checks["hooks return contributions"].detail == "nothing now"


def test_a_step_that_waits_for_the_device_passes_with_a_word_on_it(write, registry: Registry) -> None:
    file = write("""
        class Waiting(torch.optim.SGD):
            def step(self, closure=None):
                if self.param_groups[0]["params"][0].grad.isnan().any():
                    return None
                return super().step(closure)

        @hookimpl
        def register_optimizers():
            return Optimizer("waiting", lambda params, lr=0.01: Waiting(params, lr=lr))
    """)

    moves = found(file, registry)["moves to the device"]

    assert moves.passed
    assert "each step waits for the device" in moves.detail


def test_an_activation_that_looks_at_its_values_cannot_be_exported(write, registry: Registry) -> None:
    file = write("""
        class Looking(torch.nn.Module):
            def forward(self, x):
                return x.tanh() if x.sum() > 0 else x.sin()

        @hookimpl
        def register_activations():
            return Activation("looking", Looking)
    """)

    export = found(file, registry)["exports to ONNX"]

    assert not export.passed
    assert export.detail.startswith("it cannot be written as ONNX: ")


def test_hyper_parameters_without_a_default_or_with_a_wrong_one_are_named(write, registry: Registry) -> None:
    kinds = {
        "slope": "slope has no default",
        "slope: float = 'steep'": "the default of slope does not fit its type: it must be a number, got 'steep'.",
        "slope: Annotated[float, Range(0.0, 1.0)] = 2.0": "the default of slope, 2.0, lies outside its own Range",
    }
    for place, (signature, said) in enumerate(kinds.items()):
        file = write(
            f"""
            from typing import Annotated
            from desktop_app.api import Range

            def factory({signature}):
                return torch.nn.LeakyReLU(slope)

            @hookimpl
            def register_activations():
                return Activation("sloping", factory)
            """,
            f"mine_{place}.py",
        )
        assert said in found(file, registry)["hyper-parameters are readable"].detail


def test_contributions_are_given_to_tests_and_a_reason_where_there_are_none(write) -> None:
    (softened,) = contributions_of(write(SOFTENED))
    assert softened.create()(torch.ones(1)).item() == 0.5

    with pytest.raises(Exception, match=r"mine\.py cannot be loaded: ZeroDivisionError: division by zero \(line 3\)"):
        contributions_of(write("1 / 0"))


@given(
    low=st.floats(1e-6, 1.0),
    width=st.floats(1e-3, 1e3),
    share=st.floats(0.0, 1.0),
    log=st.booleans(),
    kind=st.sampled_from(["number", "integer"]),
)
def test_other_values_are_never_the_default(low: float, width: float, share: float, log: bool, kind: str) -> None:
    default = low + share * width if kind == "number" else round(low + share * width)
    parameter = Parameter("x", kind, default, Range(low, low + width, log))  # type: ignore[arg-type]

    assert default not in alternatives(parameter)
    assert all(isinstance(value, int) for value in alternatives(parameter)) or kind == "number"
