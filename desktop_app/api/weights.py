"""Weights from a file into a module, never running code from the file."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import TYPE_CHECKING, Any

from desktop_app.errors import DataError

if TYPE_CHECKING:
    from torch import Tensor, nn

_SHOWN = 3


def read_weights(path: str | Path) -> dict[str, Tensor]:
    """Return the named tensors of a ``.safetensors`` file or of a state dict that ``torch.save`` wrote, on the CPU.

    A dictionary that holds the state dict under ``state_dict`` or ``model`` is opened.
    Raises: ``DataError`` for a file that is missing, unreadable or holds something else than tensors.
    """
    import torch
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    path = Path(path)
    if not path.is_file():
        raise DataError(f"There is no weights file {path}. Give the path of a .safetensors or .pth file.")
    try:
        content: Any
        if path.suffix == ".safetensors":
            content = load_file(path, device="cpu")
        else:
            content = torch.load(path, map_location="cpu", weights_only=True)
    except (SafetensorError, pickle.UnpicklingError, RuntimeError, EOFError, OSError, ValueError, KeyError) as error:
        reason = str(error).partition("\n")[0]
        raise DataError(
            f"The weights file {path} cannot be read ({reason}). Give a .safetensors file or a PyTorch state dict."
        ) from error
    for wrapping in ("state_dict", "model"):
        if isinstance(content, dict) and isinstance(content.get(wrapping), dict):
            content = content[wrapping]
    if (
        not isinstance(content, dict)
        or not content
        or not all(isinstance(item, torch.Tensor) for item in content.values())
    ):
        raise DataError(f"The weights file {path} holds no named tensors. It must hold the state dict of the network.")
    return content


def load_weights(module: nn.Module, path: str | Path, ignore: tuple[str, ...] = ()) -> None:
    """Copy the weights in the file at ``path`` into ``module``; every one of them must be there and fit.

    Names in the file that start with one of ``ignore`` (a classifier that ``module`` leaves out) are passed over.
    Raises: ``DataError`` that lists the first few names or shapes that do not fit, or as ``read_weights``.
    """
    wanted = module.state_dict()
    found = {
        name: tensor for name, tensor in read_weights(path).items() if name in wanted or not name.startswith(ignore)
    }
    missing = [name for name in wanted if name not in found and not name.endswith("num_batches_tracked")]
    unknown = [name for name in found if name not in wanted]
    shapes = [
        f"{name} is {list(found[name].shape)} instead of {list(wanted[name].shape)}"
        for name in wanted
        if name in found and found[name].shape != wanted[name].shape
    ]
    problems = [
        f"{len(names)} {what} ({', '.join(names[:_SHOWN])}{', ...' if len(names) > _SHOWN else ''})"
        for names, what in ((missing, "missing"), (unknown, "unknown"), (shapes, "of another shape"))
        if names
    ]
    if problems:
        raise DataError(
            f"The weights in {path} do not fit this network: {'; '.join(problems)}. Use weights of the same network."
        )
    module.load_state_dict(found, strict=False)
