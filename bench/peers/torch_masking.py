# SPDX-FileCopyrightText: 2026 The fedmrn authors
# SPDX-License-Identifier: Apache-2.0
"""FedMRN's noise and masks for fedmrn_torch.py, from torch's own random generator."""

import torch

SMALLEST_NOISE = 1e-8  # |n| below it is replaced by it, so that u / n is finite


def draw_noise_(noise, kind, magnitude):
    """Fills the tensor."""
    if kind == "uniform":
        noise.uniform_(-magnitude, magnitude)
    elif kind == "gaussian":
        noise.normal_(0, magnitude)
    else:
        noise.bernoulli_(0.5).mul_(2 * magnitude).sub_(magnitude)
    noise.masked_fill_(noise.abs() < SMALLEST_NOISE, SMALLEST_NOISE)


def keep_probability(u, noise, signed):
    ratio = u / noise
    return ((ratio + 1) / 2 if signed else ratio).clamp(0, 1)


def draw_masked(p, noise, signed):
    """S(u, n) = n * m: m in {0, 1}, or {-1, +1} where signed."""
    keep = torch.rand_like(p) < p
    return torch.where(keep, noise, -noise) if signed else noise * keep


def masked_weight(u, w, noise, share, signed):
    """w + PSM(u, n, share); share is a tensor, so that a recorded step can read another one."""
    p = keep_probability(u, noise, signed)
    update = draw_masked(p, noise, signed)
    clipped = noise * (2 * p - 1 if signed else p)
    return w + torch.where(torch.rand_like(p) < share, update, clipped)


class MaskedWeight(torch.autograd.Function):
    """masked_weight; masking and clipping both pass the gradient to u unchanged."""

    @staticmethod
    def forward(ctx, u, w, noise, share, signed):
        return masked_weight(u, w, noise, share, signed)

    @staticmethod
    def backward(ctx, gradient):
        return gradient, None, None, None, None
