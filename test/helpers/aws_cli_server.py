"""Runs many AWS CLI commands in one Python process: one JSON line {"argv": [...]} in, one {"exit", "out", "err"} out.

It is the real CLI (awscli's own driver, parser, botocore); only the 0.5 s of interpreter start is paid once.
"""

import io
import json
import sys

from awscli.clidriver import create_clidriver


def run(argv):
    out, err = io.TextIOWrapper(io.BytesIO(), encoding="utf-8"), io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    real = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = out, err
    try:
        code = create_clidriver().main(argv)
    except SystemExit as stop:
        code = stop.code if isinstance(stop.code, int) else 252
    finally:
        sys.stdout, sys.stderr = real
    texts = []
    for stream in (out, err):
        stream.flush()
        texts.append(stream.buffer.getvalue().decode("utf-8", "replace"))
    return {"exit": code, "out": texts[0], "err": texts[1]}


for line in sys.stdin:
    print(json.dumps(run(json.loads(line)["argv"])), flush=True)
