"""Each deliberately broken plugin fails the check that is about its fault, and the check says so."""

from pathlib import Path

import pytest

from desktop_app.registry import Registry
from desktop_app.registry.conformance import Check, check_plugin

BROKEN = Path(__file__).parents[2] / "helpers" / "broken_plugins"

# File: the check that fails, and a part of what it says.
FAULTS = {
    "raises_on_import": ("imports cleanly", "ValueError: the moon is in the wrong quarter (line 3)"),
    "syntax_error": ("imports cleanly", "SyntaxError: invalid syntax (line 4)"),
    "asks_for_the_end": ("imports cleanly", "SystemExit: it asks for the program's end when it is imported (line 5)"),
    "talkative": ("prints nothing", "'Hello from a plugin'"),
    "house_import": ("imports only desktop_app.api", "it imports desktop_app.store (house_import.py, line 10)"),
    "misspelt_hook": (
        "hooks are spelled right",
        'there is no hook "register_activation". Did you mean "register_activations"?',
    ),
    "unmarked_hook": ("hooks are spelled right", "register_activations is not marked; write @hookimpl above it."),
    "wrong_return_type": ("hooks return contributions", "register_activations must return Activation(...)"),
    "duplicate_name": ("names are free", 'its activation "relu" is taken by the built-in plugin relu'),
    "uphill": ("converges on toy problems", "a convex bowl: after 150 steps"),
    "state_in_the_class": ("instances are independent", "a second optimizer at work changes the steps of the first"),
    "state_in_an_attribute": ("state_dict goes there and back", "differs from the run that was never cut"),
    "lossy_switch": ("train and eval", "does not give the training weights back bit for bit"),
    "on_the_processor": ("moves to the device", "its state (mean) does not lie where the weights do"),
    "ignores_schedule": ("obeys the learning rate", 'a changed group["lr"] changes nothing'),
    "ignores_group_rate": ("parameter groups", "the learning rate of group 1 plays no part"),
    "touches_frozen": ("frozen parameters", "frozen must mean frozen"),
    "ignored_hyper_parameter": (
        "no hyper-parameter is ignored",
        "momentum is ignored: with 0.45, 1.8, 900.0, 0.0009, 1.0 the numbers are those of its default.",
    ),
    "accepts_nonsense": ("refuses bad values", "power = -1 is accepted and gives NaN or infinity"),
    "silent_closure": ("converges on toy problems", "say so: Optimizer(..., closure=True)"),
    "wrong_gradient": (
        "gradient",
        "at x = 6.01 its backward pass gives 6.014, and the slope of the function is 12.03.",
    ),
    "overflows": ("stays finite", "its value in torch.bfloat16 is inf at x = 10"),
    "in_place": ("keeps shape and type", "it changes its input in place"),
    "one_for_all": ("makes new modules", "two layers would share one module"),
    "own_dice": ("follows the seed", "the same seed gives different weights"),
    "all_alike": ("moments", "every number of a weight [200, 100] is 0"),
    "batch_of_one": ("one sample in evaluation", "a sample alone gets another answer than among others"),
    "divides_by_zero": ("positive rates", "could not be made: division by zero"),
    "forgetful_schedule": (
        "state_dict goes there and back",
        "saved at step 1 and resumed, the learning rate at step 2",
    ),
    "idle_layer": ("every parameter learns", "no gradient reaches idle.weight: forward() does not use it."),
    "shuffled_blocks": ("blocks in order", "name them in the order they run"),
    "returns_a_list": ("gives samples or a sentence", "given no path, it returns list, not Samples("),
    "one_label_too_many": ("gives samples or a sentence", "a label lies outside 0 to 1, the places in classes"),
    "key_error": ("gives samples or a sentence", "given no path, it raises KeyError ('nothing'); raise DataError"),
    "misspelt_method": (
        "listens to a run",
        'it has a method "number", which is never called; did you mean "numbers"?',
    ),
    "short_of_an_argument": ("listens to a run", "event cannot be called with 3 arguments: too many positional"),
    "scales_in_place": ("takes whole runs", "numbers changes an array that it is given; copy it first."),
    "rolls_dice": ("takes whole runs", "it draws from torch's global generator, which changes the training"),
    "opens_a_closed_file": ("takes whole runs", "ValueError: I/O operation on closed file"),
}
# These would take the test along: see test_apart.py.
DEADLY = {"endless_import", "endless_step", "ends_at_once"}
# What else comes to light by the same fault; nothing but these may fail.
ALSO = {
    "silent_closure": {
        "repeats itself",
        "instances are independent",
        "state_dict goes there and back",
        "keeps number types",
        "moves to the device",
        "obeys the learning rate",
        "parameter groups",
        "missing gradients",
        "frozen parameters",
        "sparse gradients",
        "closure",
        "refuses bad values",
        "no hyper-parameter is ignored",
        "cost of a step",
    },
    "state_in_the_class": {"repeats itself", "state_dict goes there and back"},
    "lossy_switch": {"missing gradients"},
    "in_place": {"gradient", "stays finite"},
    "returns_a_list": {"repeats itself"},
    "ignores_schedule": {"parameter groups"},
    "touches_frozen": {"missing gradients"},
    "shuffled_blocks": {"picture rule", "refuses bad values"},
    "idle_layer": {"uses the parts"},
    "short_of_an_argument": {"takes whole runs"},
}


def failed(name: str, registry: Registry) -> dict[str, Check]:
    return {check.check: check for check in check_plugin(BROKEN / f"{name}.py", registry) if not check.passed}


def test_every_broken_plugin_is_known_here() -> None:
    assert {file.stem for file in BROKEN.glob("*.py")} == {*FAULTS, *DEADLY}


@pytest.mark.parametrize("name", FAULTS)
def test_a_broken_plugin_fails_the_check_that_is_about_its_fault(name: str, registry: Registry) -> None:
    wanted, said = FAULTS[name]

    found = failed(name, registry)

    assert said in found[wanted].detail
    assert "\n" not in found[wanted].detail
    assert set(found) == {wanted, *ALSO.get(name, ())}
