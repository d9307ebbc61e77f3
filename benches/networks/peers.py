"""CAP in PyTorch and in ONNX Runtime: the same layers, batches and threads as in destello."""

import os
import tempfile
import time

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

BATCH, SECONDS, THREADS = 64, 8.0, 2
torch.set_num_threads(THREADS)


class Cap(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv_1 = nn.Conv2d(4, 32, 4, padding=3)
        self.conv_2 = nn.Conv2d(32, 32, 3, padding=1)
        self.conv_3 = nn.Conv2d(32, 64, 3, padding=1)
        self.conv_4 = nn.Conv2d(64, 64, 3, padding=1)
        self.conv_5 = nn.Conv2d(64, 64, 3, padding=1)
        self.dense_1 = nn.Linear(2304, 64)
        self.dense_2 = nn.Linear(64, 64)
        self.classes = nn.Linear(64, 2)
        self.dropout = nn.Dropout(0.5)

    def forward(self, x):
        n, t = x.shape[0], x.transpose(2, 3)
        x = torch.cat([x, t.flip(2), x.flip(2, 3), t.flip(3)])
        x = F.relu(self.conv_1(x))
        x = F.relu(F.max_pool2d(self.conv_2(x), 2))
        x = F.relu(self.conv_3(x))
        x = F.relu(self.conv_4(x))
        x = F.relu(F.max_pool2d(self.conv_5(x), 2)).flatten(1)
        x = self.dropout(F.relu(self.dense_1(x)))
        x = self.dropout(F.relu(self.dense_2(x)))
        return self.classes(x.reshape(4, n, 64).mean(0))


def rate(work):
    for _ in range(3):
        work()
    started, done = time.time(), 0
    while time.time() - started < SECONDS:
        work()
        done += BATCH
    return done / (time.time() - started)


network = Cap()
assert sum(p.numel() for p in network.parameters()) == 255490
stamps = torch.randn(BATCH, 4, 21, 21)
network.eval()
with torch.no_grad():
    print(f"{rate(lambda: network(stamps)):.1f} cap scored, PyTorch", flush=True)

network.train()
optimiser = torch.optim.AdamW(network.parameters(), 1e-3)
classes = torch.arange(BATCH) % 2


def step():
    optimiser.zero_grad()
    F.cross_entropy(network(stamps), classes).backward()
    optimiser.step()


print(f"{rate(step):.1f} cap trained on four views, PyTorch", flush=True)

import onnxruntime  # noqa: E402  (its rate comes last, and PyTorch's count without it)

network.eval()
with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "cap.onnx")
    torch.onnx.export(network, (stamps,), path, dynamo=False)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = THREADS
    session = onnxruntime.InferenceSession(path, options)
    feed = {session.get_inputs()[0].name: stamps.numpy().astype(np.float32)}
    print(f"{rate(lambda: session.run(None, feed)):.1f} cap scored, ONNX Runtime", flush=True)
