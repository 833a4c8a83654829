"""Weights from a file into a module, never running code from the file."""

from __future__ import annotations

import pickle
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from desktop_app.api.weights_report import Shape, WeightsReport, match
from desktop_app.errors import DataError

if TYPE_CHECKING:
    from torch import Tensor, nn

# Where training programs put the network in what they save; averaged weights are the better ones.
_WRAPPINGS = ("state_dict_ema", "model_ema", "ema", "state_dict", "model", "module")
_GLOBAL = re.compile(r"GLOBAL ([\w.]+)")
_REPORT = "downslope_weights_report"


def read_weights(path: str | Path) -> dict[str, Tensor]:
    """Return the named tensors of a ``.safetensors`` file or of a state dict that ``torch.save`` wrote, on the CPU.

    A dictionary that holds the state dict under ``state_dict``, ``model`` or the like is opened, averaged weights (ema)
    first; what stands beside the tensors is left out. They may be mapped from the file, which must stay as it is.
    Raises: ``DataError`` for a file that is missing, unreadable or holds no named tensors, or code.
    """
    path = _existing(path)
    return _named_tensors(path, _safetensors(path) if path.suffix == ".safetensors" else _unpickled(path))


def read_shapes(path: str | Path) -> dict[str, Shape]:
    """Return names and shapes of the tensors that ``read_weights`` would return; of safetensors, from the header alone.

    Raises: as ``read_weights``.
    """
    path = _existing(path)
    if path.suffix != ".safetensors":
        return {name: tuple(tensor.shape) for name, tensor in read_weights(path).items()}
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="pt") as file:
            shapes = {name: tuple(file.get_slice(name).get_shape()) for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError) as error:
        raise _unreadable(path, error) from error
    if not shapes:
        raise _without_tensors(path)
    return shapes


def load_weights(
    module: nn.Module, path: str | Path, ignore: tuple[str, ...] = (), used: Iterable[nn.Module] | None = None
) -> WeightsReport:
    """Copy the weights in the file at ``path`` into ``module`` and return what matched; the rest is left as it is.

    The report stays with the module, for ``weights_report``. Names in the file that start with one of ``ignore`` (a
    classifier that ``module`` leaves out) are passed over. ``used`` are the parts of ``module`` that will be used; what
    lies outside them is loaded where it fits, and not asked for. A ``module`` on the ``meta`` device is only compared.
    Raises: ``DataError`` where less than ``LEAST_SHARE`` of the numbers are there, where a weight is no finite number,
    or as ``read_weights``; ``module`` is then as it was.
    """
    import torch

    state = module.state_dict()
    wanted = {name: tuple(tensor.shape) for name, tensor in state.items()}
    optional = [name for name in wanted if name.endswith("num_batches_tracked")]
    if used is not None:
        optional += wanted.keys() - _names_within(module, used)
    on_meta = any(tensor.device.type == "meta" for tensor in state.values())
    found = {} if on_meta else read_weights(path)
    shapes = read_shapes(path) if on_meta else {name: tuple(tensor.shape) for name, tensor in found.items()}
    report = match(str(path), shapes, wanted, ignore, optional)
    if not report.fits:
        raise DataError(report.sentence)
    setattr(module, _REPORT, report)
    if on_meta:
        return report
    fitting = {
        name: found[report.prefix + name] for name, shape in wanted.items() if shapes.get(report.prefix + name) == shape
    }
    for name, tensor in fitting.items():
        if tensor.is_floating_point() != state[name].is_floating_point() or not bool(torch.isfinite(tensor).all()):
            raise DataError(
                f'"{name}" in the weights file {path} holds values that are no finite numbers of the kind that the '
                f"network has ({state[name].dtype}, found {tensor.dtype}). Use another file."
            )
    module.load_state_dict(fitting, strict=False)
    return report


def weights_report(module: nn.Module) -> WeightsReport | None:
    """Return what ``load_weights`` last reported of ``module``; ``None`` where nothing was loaded from a file."""
    report: WeightsReport | None = getattr(module, _REPORT, None)
    return report


def _names_within(module: nn.Module, used: Iterable[nn.Module]) -> set[str]:
    inside = {id(tensor) for part in used for tensor in (*part.parameters(), *part.buffers())}
    named = (*module.named_parameters(remove_duplicate=False), *module.named_buffers(remove_duplicate=False))
    return {name for name, tensor in named if id(tensor) in inside}


def _existing(path: str | Path) -> Path:
    path = Path(path)
    if not path.is_file():
        raise DataError(f"There is no weights file {path}. Give the path of a .safetensors or .pth file.")
    return path


def _safetensors(path: Path) -> Mapping[str, Tensor]:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        content: Mapping[str, Tensor] = load_file(path, device="cpu")
    except (SafetensorError, OSError, ValueError, KeyError) as error:
        raise _unreadable(path, error) from error
    return content


def _unpickled(path: Path) -> Any:
    import torch

    try:
        try:
            # Mapped: looking at a file of a gigabyte takes no gigabyte.
            return torch.load(path, map_location="cpu", weights_only=True, mmap=True)
        except RuntimeError:  # no zip file, which PyTorch writes since 1.6 and which alone can be mapped
            return torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        named = _GLOBAL.search(str(error))
        if named is None:
            raise _unreadable(path, error) from error
        raise DataError(
            f"The weights file {path} cannot be read safely: it asks for {named[1]}, which is no tensor and could run "
            f"code, so nothing of it was loaded. Save the state dict alone, or as .safetensors."
        ) from error
    except Exception as error:  # the unpickler raises whatever the bytes of a broken file lead it to
        raise _unreadable(path, error) from error


def _named_tensors(path: Path, content: Any) -> dict[str, Tensor]:
    import torch

    for wrapping in _WRAPPINGS:
        if isinstance(content, dict) and isinstance(content.get(wrapping), dict):
            content = content[wrapping]
    held = content.items() if isinstance(content, Mapping) else ()
    tensors = {str(name): tensor for name, tensor in held if isinstance(tensor, torch.Tensor)}
    if not tensors:
        raise _without_tensors(path)
    return tensors


def _unreadable(path: Path, error: BaseException) -> DataError:
    reason = str(error).partition("\n")[0].rstrip(".") or type(error).__name__
    return DataError(
        f"The weights file {path} cannot be read ({reason}). Give a .safetensors file or a PyTorch state dict."
    )


def _without_tensors(path: Path) -> DataError:
    return DataError(f"The weights file {path} holds no named tensors. It must hold the state dict of the network.")
