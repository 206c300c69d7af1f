"""PyTorch as a contestant: `python3 torch_step.py THREADS`. The protocol is that of answers.mjs."""

import json
import os
import sys
import time

threads = sys.argv[1] if len(sys.argv) > 1 else "1"
os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = threads  # before the libraries are loaded

import torch  # noqa: E402
from torch import nn  # noqa: E402

torch.set_num_threads(int(threads))
torch.manual_seed(1)


def blas():
    """The library that multiplies matrices: Debian's PyTorch takes whatever libblas.so.3 is, reference BLAS included."""
    torch.mm(torch.ones(8, 8), torch.ones(8, 8))
    with open("/proc/self/maps", encoding="utf-8") as maps:
        files = {line.split()[-1] for line in maps if "/" in line}
    names = {"/".join(f.split("/")[-2:]) for f in files if any(word in f.lower() for word in ("blas", "mkl", "blis"))}
    return " and ".join(sorted(names)) or "its own"


class Regression(nn.Module):
    """One output from the last hidden state."""

    def __init__(self, shape):
        super().__init__()
        self.recurrent = recurrent(shape, shape["I"])
        self.head = nn.Linear(shape["H"], 1)
        self.x = torch.randn(shape["T"], shape["B"], shape["I"])
        self.y = torch.randn(shape["B"], 1)

    def loss(self):
        output, _ = self.recurrent(self.x)
        return nn.functional.mse_loss(self.head(output[-1]), self.y)


class LanguageModel(nn.Module):
    """Logits at every step."""

    def __init__(self, shape):
        super().__init__()
        tokens = (shape["T"], shape["B"])
        self.embedding = nn.Embedding(shape["V"], shape["E"])
        self.recurrent = recurrent(shape, shape["E"])
        self.head = nn.Linear(shape["H"], shape["V"])
        self.x = torch.randint(shape["V"], tokens)
        self.y = torch.randint(shape["V"], tokens)

    def loss(self):
        output, _ = self.recurrent(self.embedding(self.x))
        return nn.functional.cross_entropy(self.head(output).flatten(0, 1), self.y.flatten())


def recurrent(shape, size):
    return {"lstm": nn.LSTM, "gru": nn.GRU, "rnn": nn.RNN}[shape["cell"]](size, shape["H"], shape["L"])


def build(shape):
    """One training step: forward, backward, clip of the global norm at 5, Adam."""
    model = LanguageModel(shape) if shape["kind"] == "lm" else Regression(shape)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)

    def step():
        optimizer.zero_grad(set_to_none=True)
        model.loss().backward()
        nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        optimizer.step()

    return step


def say(line):
    print(json.dumps(line), flush=True)


def main():
    say({"versions": f"PyTorch {torch.__version__} with {blas()}, threads {torch.get_num_threads()}"})
    step = None
    for line in sys.stdin:
        request = json.loads(line)
        try:
            if request["do"] == "build":
                step = build(request["shape"])
                say({"done": True})
            else:
                began = time.perf_counter()
                for _ in range(request["count"]):
                    step()
                say({"ms": 1000 * (time.perf_counter() - began)})
        except Exception as error:  # the other side decides what to do without this contestant
            say({"error": str(error)})


main()
