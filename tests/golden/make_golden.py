#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The fedmrn authors
# SPDX-License-Identifier: Apache-2.0
"""Writes layers.safetensors: what PyTorch says the layers and a training step must give.

Inputs are drawn as float32, everything is computed from them in float64 and stored as float32, so
every stored result is the true value rounded once. Layouts are the engine's: images [N, H, W, C],
convolution weights [out, height, width, in].

Where ReLU or max-pool decides, a float32 implementation must be able to decide the same: inputs are
drawn again until every value keeps a distance of MARGIN from a kink.

    python3 tests/golden/make_golden.py     # needs torch, numpy and safetensors
"""

from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import save_file

MARGIN = 2e-5  # about twenty times the float32 error of a normalised value

torch.manual_seed(20240806)
golden = {}


def draw(*shape, scale=1.0):
    """float32 values, held as float64, that ask for their gradient."""
    return (scale * torch.randn(*shape)).double().requires_grad_()


def nhwc(t):
    return t.permute(0, 2, 3, 1)


def put(case, **tensors):
    for name, t in tensors.items():
        golden[f"{case}/{name}"] = t.detach().float().contiguous().clone()


def margin(t, pool):
    """How far values are from a kink: of ReLU, or two equal positive maxima in a pool's window."""
    t, nearest = t.detach(), t.abs().min().item()
    if pool > 1:
        n, c, h, w = t.shape
        windows = t[:, :, :h // pool * pool, :w // pool * pool].reshape(
            n, c, h // pool, pool, w // pool, pool).transpose(3, 4).flatten(4)
        best, second = windows.topk(2).values.unbind(-1)
        nearest = min(nearest, (best - second)[best > 0].min().item())
    return nearest


def convolution(case, n, h, w, ic, oc, kernel, pad):
    x, weight = draw(n, ic, h, w), draw(oc, ic, kernel, kernel, scale=0.3)
    y = F.conv2d(x, weight, padding=pad)
    dy = draw(*y.shape)
    y.backward(dy)
    put(case, x=nhwc(x), w=nhwc(weight), y=nhwc(y), dy=nhwc(dy), dx=nhwc(x.grad),
        dw=nhwc(weight.grad))


def linear(case, n, inputs, outputs, bias):
    x, w = draw(n, inputs), draw(outputs, inputs, scale=0.3)
    b = draw(outputs) if bias else None
    y = F.linear(x, w, b)
    dy = draw(*y.shape)
    y.backward(dy)
    put(case, x=x, w=w, y=y, dy=dy, dx=x.grad, dw=w.grad)
    if bias:
        put(case, b=b, db=b.grad)


def batchnorm(case, n, h, w, c, relu=False, pool=1):
    """Called again, with other numbers, where they come out too close to a kink."""
    x = (2 * torch.randn(n, c, h, w) + 0.5).double().requires_grad_()
    gamma = (1 + 0.3 * torch.randn(c)).double().requires_grad_()
    beta = draw(c, scale=0.3)
    mean, variance = draw(c).detach(), torch.rand(c).double() + 0.5
    put(case, x=nhwc(x), gamma=gamma, beta=beta, running_mean_before=mean,
        running_variance_before=variance)

    def rest(t):
        t = F.relu(t) if relu else t
        return nhwc(F.max_pool2d(t, pool)) if pool > 1 else nhwc(t)

    put(case, y_inference=rest(F.batch_norm(x, mean, variance, gamma, beta, eps=1e-5)))
    y = F.batch_norm(x, mean, variance, gamma, beta, training=True, momentum=0.1, eps=1e-5)
    if relu and margin(y, pool) < MARGIN:
        return batchnorm(case, n, h, w, c, relu, pool)
    y = rest(y)
    dy = draw(*y.shape)
    y.backward(dy)
    put(case, y=y, dy=dy, running_mean=mean, running_variance=variance, dx=nhwc(x.grad),
        dgamma=gamma.grad, dbeta=beta.grad)


def relu(case, n, size):
    x = draw(n, size)
    with torch.no_grad():
        x[0, 0] = 0  # the gradient at 0 is 0
    y = F.relu(x)
    dy = draw(*y.shape)
    y.backward(dy)
    put(case, x=x, y=y, dy=dy, dx=x.grad)


def cross_entropy(case, n, classes, scale):
    logits = draw(n, classes, scale=scale)
    labels = torch.randint(classes, (n,))
    losses = F.cross_entropy(logits, labels, reduction="none")
    losses.mean().backward()
    put(case, logits=logits, labels=labels, losses=losses, loss=losses.mean().reshape(1),
        dlogits=logits.grad)


def cnn4_step(case, n=8, channels=(4, 8, 8, 16), classes=10):
    """One step of a narrow CNN4: loss, running statistics and every parameter's gradient."""
    x, labels = draw(n, 1, 28, 28).detach(), torch.randint(classes, (n,))
    put(case, x=nhwc(x), labels=labels)
    parameters, statistics, t, before, nearest = {}, {}, x, 1, float("inf")
    for i, c in enumerate(channels, 1):
        parameters[f"conv{i}.weight"] = weight = draw(c, before, 3, 3, scale=0.05)
        parameters[f"bn{i}.weight"] = gamma = (1 + 0.1 * torch.randn(c)).double().requires_grad_()
        parameters[f"bn{i}.bias"] = beta = draw(c, scale=0.1)
        statistics[f"bn{i}.running_mean"] = mean = torch.zeros(c).double()
        statistics[f"bn{i}.running_var"] = variance = torch.ones(c).double()
        t = F.conv2d(t, weight, padding=1)
        t = F.batch_norm(t, mean, variance, gamma, beta, training=True, momentum=0.1, eps=1e-5)
        nearest = min(nearest, margin(t, pool=2))
        t, before = F.max_pool2d(F.relu(t), 2), c
    if nearest < MARGIN:
        return cnn4_step(case, n, channels, classes)
    # The maps are 1 × 1 here, so the order of the flattened values is the same in NCHW and NHWC.
    parameters["linear.weight"] = draw(classes, before, scale=0.05)
    logits = F.linear(t.flatten(1), parameters["linear.weight"])
    loss = F.cross_entropy(logits, labels)
    loss.backward()
    put(case, logits=logits, loss=loss.reshape(1), **statistics)
    for name, p in parameters.items():
        to_engine = nhwc if p.dim() == 4 else lambda v: v
        put(case, **{name: to_engine(p), f"grad.{name}": to_engine(p.grad)})


convolution("conv3x3_a", n=3, h=7, w=7, ic=1, oc=32, kernel=3, pad=1)
convolution("conv3x3_b", n=2, h=7, w=7, ic=32, oc=16, kernel=3, pad=1)
convolution("conv3x3_c", n=2, h=3, w=5, ic=3, oc=5, kernel=3, pad=1)
convolution("conv1x1", n=2, h=4, w=5, ic=6, oc=7, kernel=1, pad=0)
convolution("conv3x3_nopad", n=2, h=6, w=5, ic=3, oc=4, kernel=3, pad=0)
linear("linear", n=5, inputs=19, outputs=7, bias=False)
linear("linear_bias", n=5, inputs=19, outputs=7, bias=True)
batchnorm("bn", n=3, h=4, w=5, c=5)
batchnorm("bn_relu", n=3, h=4, w=5, c=5, relu=True)
batchnorm("bn_relu_pool", n=3, h=6, w=4, c=8, relu=True, pool=2)
batchnorm("bn_relu_pool_odd", n=3, h=7, w=7, c=5, relu=True, pool=2)
batchnorm("bn_relu_pool_wide", n=2, h=3, w=2, c=33, relu=True, pool=2)
relu("relu", n=4, size=11)
cross_entropy("cross_entropy", n=6, classes=10, scale=2.0)
cross_entropy("cross_entropy_large", n=4, classes=3, scale=60.0)
cnn4_step("cnn4")
out = Path(__file__).with_name("layers.safetensors")
save_file(golden, out, metadata={"torch": torch.__version__})
out.chmod(0o644)
