"""Exports a module to ONNX as Downslope does, and compares ONNX Runtime's answers with torch's."""

from __future__ import annotations

import contextlib
import io
import logging

import onnxruntime
import torch
from torch import Tensor, nn

from desktop_app.registry.conformance.check import RuleError

_OPSET = 18
# What float32 arithmetic in another order may differ by, relative to the largest answer where that is above 1.
_TOLERANCE = 1e-4


def same_answers_from_onnx(module: nn.Module, inputs: Tensor) -> float:
    """Return the largest difference between ``module``, in evaluation mode, and its ONNX file.

    ``inputs``, ``[batch, ...]`` with a batch of at least 2, is tried whole and as its first sample alone: the batch of
    the file is dynamic.
    Raises: ``RuleError`` where it cannot be written, or the answers differ by more than 1e-4.
    """
    module = module.eval()
    content = _written(module, inputs)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    largest = 0.0
    for batch in (inputs, inputs[:1]):
        with torch.no_grad():
            ours = module(batch)
        theirs = torch.from_numpy(session.run(None, {session.get_inputs()[0].name: batch.numpy()})[0])
        if theirs.shape != ours.shape:
            raise RuleError(f"its ONNX file gives {list(theirs.shape)} where torch gives {list(ours.shape)}.")
        scale = max(1.0, ours.abs().max().item())
        largest = max(largest, (ours - theirs).abs().max().item() / scale)
    if not largest <= _TOLERANCE:
        raise RuleError(f"its ONNX file gives other answers: they differ by {largest:.1e}, {_TOLERANCE:g} is allowed.")
    return largest


def _written(module: nn.Module, inputs: Tensor) -> bytes:
    logger = logging.getLogger("torch.onnx")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            program = torch.onnx.export(
                module,
                (inputs,),
                dynamo=True,
                opset_version=_OPSET,
                dynamic_shapes=({0: torch.export.Dim.DYNAMIC},),
                external_data=False,
                verbose=False,
            )
    except Exception as error:
        cause = str(error.__cause__ or error).strip()
        said = cause.splitlines()[0] if cause else type(error).__name__
        raise RuleError(f"it cannot be written as ONNX: {said}") from error
    finally:
        logger.setLevel(level)
    assert program is not None
    content: bytes = program.model_proto.SerializeToString()
    return content
