"""ONNX Runtime's tools do not talk, and leave the path that modules are found in as it is."""

import subprocess
import sys


def test_no_folder_of_the_tools_is_left_among_those_that_modules_are_found_in():
    # In another process, because here the tools may be there already.
    code = (
        "import sys; before = list(sys.path)\n"
        "from desktop_app.engine.export.smaller.quiet_tools import load_tools\n"
        "load_tools()\n"
        "from onnxruntime.quantization import QDQQuantizer, qdq_loss_debug, quant_pre_process\n"
        "from onnxruntime.transformers.float16 import convert_float_to_float16\n"
        "print([path for path in sys.path if path not in before])"
    )

    said = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=True)

    assert said.stdout.strip() == "[]"
