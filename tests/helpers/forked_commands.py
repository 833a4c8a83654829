"""Runs commands in forked children of one process that has imported everything, so that none pays for the import again.

Reads one JSON object a line: ``arguments``, ``environment``, ``stdout`` and ``stderr`` (paths), ``checkpoint_seconds``.
Answers with two lines: ``started`` and the child's process id, ``ended`` and its exit status (negative: the signal).
"""

import json
import os
import sys


def run_child(request: dict) -> int:
    from desktop_app.command import main
    from desktop_app.engine import keeper

    os.environ.update(request["environment"])
    for stream, name in ((1, "stdout"), (2, "stderr")):
        os.dup2(os.open(request[name], os.O_WRONLY | os.O_CREAT | os.O_TRUNC), stream)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    keeper.CHECKPOINT_SECONDS = request["checkpoint_seconds"]
    try:
        status = main(request["arguments"])
    except SystemExit as error:
        status = int(error.code or 0)
    sys.stdout.flush()
    sys.stderr.flush()
    return status


def serve() -> None:
    from desktop_app.engine import prepare, session  # noqa: F401 - imported for the children
    from desktop_app.registry import load_plugins

    load_plugins()
    for line in sys.stdin:
        request = json.loads(line)
        child = os.fork()
        if child == 0:
            status = 99  # an exception that escaped
            try:
                status = run_child(request)
            finally:
                os._exit(status)
        sys.stdout.write(f"started {child}\n")
        sys.stdout.flush()
        _, ended = os.waitpid(child, 0)
        sys.stdout.write(f"ended {os.waitstatus_to_exitcode(ended)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    serve()
