"""What a run was made with: enough to tell, later, why two runs differ."""

from __future__ import annotations

import importlib.metadata
import platform
from typing import Any

import psutil
import torch

from desktop_app.engine.device import device_name
from desktop_app.engine.experiment_plugins import choices
from desktop_app.engine.job import Job

_PACKAGES = ("downslope", "torch", "torchvision", "timm", "onnx", "onnxruntime-gpu", "onnxruntime", "numpy", "pillow")


def describe_environment(job: Job) -> dict[str, Any]:
    """Return versions, machine, device, seeds, and the plugins that the run uses with their files' SHA-256."""
    used = {(kind, choice.name) for _, kind, choice in choices(job.experiment)}
    return {
        "python": platform.python_version(),
        "packages": {name: version for name in _PACKAGES if (version := _version(name))},
        "machine": {
            "system": platform.platform(),
            "processors": psutil.cpu_count(),
            "memory_bytes": psutil.virtual_memory().total,
        },
        "device": device_name(job.device),
        "threads": torch.get_num_threads(),
        "seeds": {"data": job.experiment.data.seed, "training": job.experiment.training.seed},
        "plugins": [
            {"kind": kind, "name": name, "source": record.source, "sha256": record.sha256}
            for record in job.registry.plugins
            for contribution in record.contributions
            if ((kind := contribution.KIND), (name := contribution.name)) in used
        ],
    }


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None
