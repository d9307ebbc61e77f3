"""CAP in PyTorch and in ONNX Runtime, VaDE in PyTorch: the same layers, batches and threads as in destello."""

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


def rate(work, count=BATCH):
    for _ in range(3):
        work()
    started, done = time.time(), 0
    while time.time() - started < SECONDS:
        work()
        done += count
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

AXES, COMPONENTS, STAMPS, PIXEL_VARIANCE = 10, 20, 128, 0.05


def stack(*widths):
    return nn.Sequential(*(m for a, b in zip(widths, widths[1:]) for m in (nn.Linear(a, b), nn.ReLU())))


class Vade(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = stack(441, 500, 500, 1000)
        self.mean, self.log_variance = nn.Linear(1000, AXES), nn.Linear(1000, AXES)
        self.decoder = nn.Sequential(stack(AXES, 1000, 500, 500), nn.Linear(500, 441))
        self.weights = nn.Parameter(torch.zeros(COMPONENTS))
        self.means = nn.Parameter(torch.randn(COMPONENTS, AXES))
        self.widths = nn.Parameter(torch.zeros(COMPONENTS, AXES))

    def responsibilities(self, z):
        squares = (z[:, None] - self.means) ** 2 / self.widths.exp()
        joint = torch.log_softmax(self.weights, 0) - 0.5 * (squares + self.widths + 1.8379).sum(2)
        return torch.log_softmax(joint, 1)

    def placed(self, x):
        mean = self.mean(self.encoder(x))
        return self.responsibilities(mean).exp(), ((self.decoder(mean) - x) ** 2).mean(1)

    def loss(self, x):
        features = self.encoder(x)
        mean, log_variance = self.mean(features), self.log_variance(features).clamp(-8, 4)
        z = mean + torch.randn_like(mean) * (log_variance / 2).exp()
        log_gamma = self.responsibilities(z)
        gamma = log_gamma.exp()
        drawn = 0.5 * ((self.decoder(z) - x) ** 2).sum(1) / PIXEL_VARIANCE
        spread = log_variance.exp()[:, None] + (mean[:, None] - self.means) ** 2
        distance = 0.5 * (gamma * (self.widths + spread / self.widths.exp()).sum(2)).sum(1)
        certainty = -0.5 * (1 + log_variance).sum(1)
        prior = (gamma * (log_gamma - torch.log_softmax(self.weights, 0))).sum(1)
        return (drawn + distance + certainty + prior).mean()


vade = Vade()
adam = torch.optim.Adam(vade.parameters(), 5e-4, eps=1e-4)
stamps_of_vade, vectors = torch.randn(STAMPS, 441), torch.randn(STAMPS, AXES)
with torch.no_grad():
    placed = rate(lambda: vade.placed(stamps_of_vade), STAMPS)
    print(f"{placed:.1f} vade placed and drawn again, PyTorch", flush=True)
    print(f"{rate(lambda: vade.decoder(vectors), STAMPS):.1f} vade decoded, PyTorch", flush=True)


def vade_step():
    adam.zero_grad()
    vade.loss(stamps_of_vade).backward()
    nn.utils.clip_grad_norm_(vade.parameters(), 10.0)
    adam.step()


print(f"{rate(vade_step, STAMPS):.1f} vade trained, PyTorch", flush=True)

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
