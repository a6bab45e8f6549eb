"""Runs many AWS CLI commands in one Python process: one JSON line {"argv": [...]} in, one {"exit", "out", "err"} out.

It is the real CLI (awscli's own driver, parser, botocore); only the 0.5 s of interpreter start is paid once, and so is reading
the models of AWS's services, which are megabytes of JSON.
"""

import functools
import io
import json
import sys

import botocore.loaders
from awscli.clidriver import create_clidriver

JSONFileLoader = botocore.loaders.JSONFileLoader
_read = JSONFileLoader.load_file


@functools.cache
def _model(path):
    return _read(JSONFileLoader(), path)


JSONFileLoader.load_file = lambda _self, path: _model(path)


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
