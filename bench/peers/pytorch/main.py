"""PyTorch eager as a peer of the benchmark: requests on standard input, answers on standard output, one line each."""

import json
import os
import sys
import time

import numpy as np
import torch

from inputs import Inputs
from listwise_work import ListwiseWork
from matrix_work import CrossEntropyWork, ScoresWork
from ranking_work import RankingWork
from teacher_work import TeacherWork

WORKS = {
    "top-k": RankingWork,
    "listwise": ListwiseWork,
    "scores": ScoresWork,
    "cross-entropy": CrossEntropyWork,
    "teacher": TeacherWork,
}


def description(device):
    threads = f"{torch.get_num_threads()} threads"
    name = torch.cuda.get_device_name() if device == "cuda" else f"CPU, {threads}"
    return f"PyTorch {torch.__version__} eager, {name}"


def stored(results, folder, prefix):
    """Arrays go to files, numbers into the answer."""
    answer = {}
    for name, value in results.items():
        if isinstance(value, np.ndarray):
            path = os.path.join(folder, f"{prefix}.{name}")
            np.ascontiguousarray(value).tofile(path)
            answer[name] = {"file": path}
        else:
            answer[name] = value
    return answer


def timed(run, device):
    """Milliseconds by the clock, and of processor time."""
    start, used = time.perf_counter(), time.process_time()
    run()
    if device == "cuda":
        torch.cuda.synchronize()
    return {
        "milliseconds": (time.perf_counter() - start) * 1000,
        "processor": (time.process_time() - used) * 1000,
    }


def main(folder):
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.set_num_threads(os.cpu_count())
    torch.manual_seed(1)
    np.random.seed(1)
    inputs = Inputs(folder)
    print(json.dumps({"name": description(device)}), flush=True)
    work = None
    for line in sys.stdin:
        request = json.loads(line)
        try:
            if "prepare" in request:
                work = None
                kind, arguments = request["prepare"]["kind"], request["prepare"]["arguments"]
                work = WORKS[kind](inputs, device, **arguments)
                answer = {"results": stored(work.check(), folder, request["prefix"])}
            else:
                answer = timed(work.run, device)
        except Exception as error:  # reported as this work's result; the next work may do better
            answer = {"failure": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


main(sys.argv[1])
