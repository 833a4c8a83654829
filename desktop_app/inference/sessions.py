"""Makes ONNX Runtime sessions: threads, memory and providers, and the reason where another provider runs than asked."""

from __future__ import annotations

import functools
import logging
import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import onnxruntime
import psutil

from desktop_app.errors import ModelError
from desktop_app.inference.native_output import caught_standard_error
from desktop_app.inference.providers import CPU, CUDA, in_words, load_libraries, reason_in, why_not

Purpose = Literal["latency", "throughput"]

_log = logging.getLogger(__name__)
_NOTHING = 4
"""ONNX Runtime's log level for what ends the process: all else comes as an exception, too, or is said by us."""
_LONGEST_REASON = 300
_one_at_a_time = threading.Lock()
# In front of what ONNX Runtime says: the model's path, the node, its own file with line and function.
_NOISE = (
    re.compile(r"^Load model from .*? failed: ?"),
    re.compile(r"^Exception during \w+: "),
    re.compile(r"^Non-zero status code returned while running .* Status Message: "),
    re.compile(r"^\S+\.(h|cc):\d+ .*?\)( const)? (?=[A-Z])"),
)


@dataclass(frozen=True)
class Opened:
    """A session, and why it does not run on the provider that was asked for: "" where it does."""

    session: Any
    fallback: str = ""


def open_session(path: Path, providers: Sequence[str], purpose: Purpose = "throughput", threads: int = 0) -> Opened:
    """Open the checked file in ``path`` on the first of ``providers`` that works; the last is the CPU.

    ``threads`` is how many processor threads compute one operator; 0 takes a thread a core.

    Source of the settings: https://onnxruntime.ai/docs/performance/tune-performance/threading.html. ``throughput``
    keeps ONNX Runtime's threads from spinning while they wait for the next batch, because the decoders need the cores
    then (on two cores a sixth more pictures a second, and a quarter less processor time); ``latency`` lets them spin,
    so that a picture that comes alone finds them awake on a machine with nothing else to do. Operators run one after
    the other in both: side by side pays only for graphs with many branches, and classifiers are chains.
    Raises: ``ModelError`` for a file that is no ONNX model or that the CPU cannot run either.
    """
    if threads < 0:
        raise ModelError(f"The number of threads must be 0 (a thread a core) or more, got {threads}.")
    remaining = list(providers)
    reasons: list[tuple[str, str]] = []
    while remaining[0] != CPU:
        reason = why_not(remaining[0])
        if not reason:
            try:
                opened, reason = _on_accelerator(path, remaining, purpose, threads)
            except Exception as error:  # noqa: BLE001 - ONNX Runtime's border: its errors share no other base class
                if is_unreadable(error):
                    break  # the CPU says so
                opened, reason = None, short(error)
            if opened is not None and not reason:
                return Opened(opened, _said(reasons, opened.get_providers()[0]))
        reasons.append((remaining.pop(0), reason))
    try:
        session = _session(path, [CPU], purpose, threads)
    except Exception as error:  # ONNX Runtime's border, as above
        if is_unreadable(error):
            raise ModelError(f'The file "{path}" is not an ONNX model, or was cut short; export it again.') from error
        raise ModelError(f'The model "{path}" cannot be opened: {short(error)}.') from error
    return Opened(session, _said(reasons, CPU))


def is_unreadable(error: Exception) -> bool:
    """Return whether ONNX Runtime could make nothing of the file."""
    return type(error).__name__ in ("InvalidProtobuf", "NoModel") or "No graph was found" in str(error)


def is_out_of_memory(error: Exception) -> bool:
    """Return whether a run ended because its tensors do not fit into memory, or into the bound set to it."""
    return isinstance(error, MemoryError) or any(word in str(error) for word in ("bfc_arena", "bad alloc", "bad_alloc"))


def short(error: Exception) -> str:
    """Return what ONNX Runtime says, in half a sentence without its codes, its own files and its functions."""
    if is_out_of_memory(error):
        return f"it needs more than the {memory_limit() / 2**30:.1f} GB of memory that a model may take here"
    if isinstance(error, UnicodeDecodeError):
        return "it holds names that are not text in UTF-8"
    first = (str(error).strip().splitlines() or [type(error).__name__])[0]
    text = first.rpartition("[ONNXRuntimeError] : ")[2].split(" : ", 2)[-1]
    for beginning in _NOISE:
        text = beginning.sub("", text)
    return (text[:_LONGEST_REASON] + (" ..." if len(text) > _LONGEST_REASON else "")).strip().rstrip(". ")


def memory_limit() -> int:
    """Return how many bytes all models together may take for their tensors on the CPU: half of the machine's."""
    return int(psutil.virtual_memory().total // 2)


def _said(reasons: list[tuple[str, str]], running: str) -> str:
    """Return, and log, the sentence about providers that do not work, "" where there are none."""
    if not reasons:
        return ""
    (asked, first), *others = reasons
    more = "".join(f", nor does {in_words(name)}: {reason}" for name, reason in others if reason != first)
    sentence = (
        f"{in_words(asked)} was asked for but does not work here: {first}{more}. {in_words(running)} is used instead."
    )
    _log.warning("%s", sentence)
    return sentence


def _on_accelerator(path: Path, providers: list[str], purpose: Purpose, threads: int) -> tuple[Any, str]:
    """Return a session and why its first provider does not run, which ONNX Runtime tells its log alone."""
    load_libraries(providers[0])
    with caught_standard_error() as said:
        session = _session(path, providers, purpose, threads)
    return session, "" if session.get_providers()[0] == providers[0] else reason_in(said())


def _as_asked(provider: str) -> str | tuple[str, dict[str, str]]:
    """Return a provider with its options.

    CUDA would multiply float32 in TF32, with 10 bits of mantissa, from Ampere on: faster, and no longer the answers
    that the file was compared with. (ONNX Runtime's documentation of the CUDA provider, ``use_tf32``.)
    """
    return (provider, {"use_tf32": "0"}) if provider == CUDA else provider


def _session(path: Path, providers: list[str], purpose: Purpose, threads: int) -> Any:
    options = onnxruntime.SessionOptions()
    options.log_severity_level = _NOTHING
    options.intra_op_num_threads = threads
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.add_session_config_entry("session.intra_op.allow_spinning", "1" if purpose == "latency" else "0")
    # A plan is kept for each shape that ever came, so pictures of any size would add up; it gains no time that could be
    # measured, takes a tenth more memory, and DirectML cannot do with it.
    options.enable_mem_pattern = False
    if _bound_memory():
        options.add_session_config_entry("session.use_env_allocators", "1")
    # Its own way back to the CPU prints to standard output and does not say that it happened.
    asked = [_as_asked(provider) for provider in providers]
    session = onnxruntime.InferenceSession(str(path), options, providers=asked, enable_fallback=0)
    for entry in (*session.get_inputs(), *session.get_outputs()):
        _ = entry.name, entry.type, entry.shape  # names that are no text fail here, where that is told
    return session


def _bound_memory() -> bool:
    """Give the process one arena that no graph can make larger than the limit; return whether there is one."""
    with _one_at_a_time:
        return _arena_made()


@functools.cache
def _arena_made() -> bool:
    try:
        kind = onnxruntime.OrtAllocatorType.ORT_ARENA_ALLOCATOR
        memory = onnxruntime.OrtMemoryInfo("Cpu", kind, 0, onnxruntime.OrtMemType.DEFAULT)
        onnxruntime.create_and_register_allocator(memory, onnxruntime.OrtArenaCfg({"max_mem": memory_limit()}))
    except Exception:  # noqa: BLE001 - ONNX Runtime's border: another part of the process has made one already
        return False
    return True
