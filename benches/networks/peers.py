"""The networks in PyTorch and in ONNX Runtime: the same layers, batches and threads as in destello.

`peers.py scored|trained|latent|gpu SECONDS FOLDER`; the folder has the ONNX files that destello wrote.
"""

import os
import sys
import time

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

KIND, SECONDS, FOLDER = sys.argv[1], float(sys.argv[2]), sys.argv[3]
IS_ONE_CORE = "DESTELLO_ONE_CORE" in os.environ
BATCH, EPOCHS, THREADS = 64, 25, 1 if IS_ONE_CORE else 2
torch.set_num_threads(THREADS)
DEVICE = "cuda" if KIND == "gpu" and torch.cuda.is_available() else "cpu"


def views(x):
    t = x.transpose(2, 3)
    return torch.cat([x, t.flip(2), x.flip(2, 3), t.flip(3)])


class Head(nn.Module):
    def __init__(self, features):
        super().__init__()
        self.dense_1, self.dense_2, self.classes = nn.Linear(features, 64), nn.Linear(64, 64), nn.Linear(64, 2)
        self.dropout = nn.Dropout(0.5)

    def forward(self, x):
        x = self.dropout(F.relu(self.dense_1(x.flatten(1))))
        x = self.dropout(F.relu(self.dense_2(x)))
        return self.classes(x.reshape(4, -1, 64).mean(0))


class Cap(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv_1 = nn.Conv2d(4, 32, 4, padding=3)
        self.conv_2 = nn.Conv2d(32, 32, 3, padding=1)
        self.conv_3 = nn.Conv2d(32, 64, 3, padding=1)
        self.conv_4 = nn.Conv2d(64, 64, 3, padding=1)
        self.conv_5 = nn.Conv2d(64, 64, 3, padding=1)
        self.head = Head(2304)

    def forward(self, x):
        x = F.relu(self.conv_1(views(x)))
        x = F.relu(F.max_pool2d(self.conv_2(x), 2))
        x = F.relu(self.conv_3(x))
        x = F.relu(self.conv_4(x))
        return self.head(F.relu(F.max_pool2d(self.conv_5(x), 2)))


class Compact(nn.Module):
    def __init__(self):
        super().__init__()
        sides = [(4, 12), (12, 24), (24, 32), (32, 32)]
        self.convs = nn.ModuleList(nn.Conv2d(a, b, 3, padding=1) for a, b in sides)
        self.head = Head(1152)

    def forward(self, x):
        for at, conv in enumerate(self.convs):
            x = conv(views(x) if at == 0 else x)
            x = F.relu(F.max_pool2d(x, 2, ceil_mode=True) if at in (0, 2) else x)
        return self.head(x)


class Recurrent(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv_1 = nn.Conv2d(3, 20, 5, stride=2, padding=2)
        self.conv_2 = nn.Conv2d(20, 40, 3, stride=2, padding=1)
        self.conv_3 = nn.Conv2d(40, 40, 3, padding=1)
        self.dense, self.norm = nn.Linear(360, 80), nn.LayerNorm(80)
        self.lstm = nn.LSTM(85, 112, batch_first=True)
        self.dropout, self.classes = nn.Dropout(0.2), nn.Linear(112, 2)

    def forward(self, images, conditions, length, state=None):
        x = images
        for conv in (self.conv_1, self.conv_2, self.conv_3):
            x = F.leaky_relu(conv(x), 0.01)
        x = F.avg_pool2d(x, 2).flatten(1)
        x = F.leaky_relu(self.norm(self.dense(x)), 0.01)
        x = torch.cat([x, conditions], 1).reshape(-1, length, 85)
        x, state = self.lstm(x, state)
        return self.classes(self.dropout(x)), state


def rate(work, count=BATCH):
    for _ in range(3):
        work()
    # With one thread the seconds are those of the processor, as in destello.
    clock = time.process_time if IS_ONE_CORE else time.time
    started, began, done = time.time(), clock(), 0
    while time.time() - started < SECONDS:
        work()
        done += count
    if DEVICE == "cuda":
        torch.cuda.synchronize()
    return done / (clock() - began)


cap, compact, recurrent = Cap().to(DEVICE), Compact().to(DEVICE), Recurrent().to(DEVICE)
assert sum(p.numel() for p in cap.parameters()) == 255490
stamps = torch.randn(BATCH, 4, 21, 21).to(DEVICE)
images = torch.randn(BATCH * EPOCHS, 3, 21, 21).to(DEVICE)
conditions = torch.randn(BATCH * EPOCHS, 5).to(DEVICE)


def scored_by_torch():
    state = [torch.zeros(1, BATCH, 112).to(DEVICE)] * 2
    with torch.no_grad():
        for name, network in (("cap", cap), ("compact", compact)):
            network.eval()
            print(f"{rate(lambda: network(stamps)):.1f} {name} scored, PyTorch", flush=True)
        recurrent.eval()
        one = rate(lambda: recurrent(images[:BATCH], conditions[:BATCH], 1, state))
        print(f"{one:.1f} recurrent scored, PyTorch", flush=True)


def scored():
    import onnxruntime

    scored_by_torch()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = THREADS
    zeros = np.zeros((BATCH, 112), np.float32)
    feeds = {
        "cap": {"stamps": stamps.numpy()},
        "compact": {"stamps": stamps.numpy()},
        "recurrent": {
            "images": images[:BATCH].numpy(),
            "conditions": conditions[:BATCH].numpy(),
            "hidden": zeros,
            "cell": zeros,
        },
    }
    for name, feed in feeds.items():
        session = onnxruntime.InferenceSession(os.path.join(FOLDER, f"{name}.onnx"), options)
        print(f"{rate(lambda: session.run(None, feed)):.1f} {name} scored, ONNX Runtime", flush=True)


def trained():
    classes = (torch.arange(BATCH) % 2).to(DEVICE)
    of_epochs = classes.repeat_interleave(EPOCHS)
    losses = {
        "cap": (cap, lambda: F.cross_entropy(cap(stamps), classes)),
        "compact": (compact, lambda: F.cross_entropy(compact(stamps), classes)),
        "recurrent": (
            recurrent,
            lambda: F.cross_entropy(recurrent(images, conditions, EPOCHS)[0].reshape(-1, 2), of_epochs),
        ),
    }
    for name, (network, loss) in losses.items():
        network.train()
        optimiser = torch.optim.AdamW(network.parameters(), 1e-3)

        def step():
            optimiser.zero_grad()
            loss().backward()
            optimiser.step()

        print(f"{rate(step):.1f} {name} trained, PyTorch", flush=True)


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


def latent():
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


def gpu():
    if DEVICE != "cuda":
        sys.exit("PyTorch finds no card")
    scored_by_torch()
    trained()


{"scored": scored, "trained": trained, "latent": latent, "gpu": gpu}[KIND]()
