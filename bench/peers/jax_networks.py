# SPDX-FileCopyrightText: 2026 The fedmrn authors
# SPDX-License-Identifier: Apache-2.0
"""The engine's CNN4 and CNN2 for fedmrn_jax.py, images as samples × height × width × channels."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax, random


class Network(NamedTuple):
    channels: tuple   # of the convolutions, each with ReLU and a max-pool of 2
    kernel: int
    normalised: bool  # BatchNorm in place of biases, and no bias in the last layer
    hidden: tuple     # units of linear layers with ReLU before the last one


NETWORKS = {"cnn4": Network((32, 64, 128, 256), 3, True, ()),
            "cnn2": Network((32, 64), 5, False, (512,))}
CLASSES = 10
MOMENTUM, EPSILON = 0.1, 1e-5  # of BatchNorm


def initial(network, key, shape):
    """Parameters and BatchNorm's running statistics, by name."""
    height, width, channels = shape
    parameters, statistics = {}, {}

    def weight(name, dims, fan_in):
        nonlocal key
        key, own = random.split(key)
        limit = fan_in ** -0.5
        parameters[name] = (0.01 * random.normal(own, dims) if network.normalised
                            else random.uniform(own, dims, minval=-limit, maxval=limit))

    for i, out in enumerate(network.channels):
        weight(f"conv{i}", (network.kernel, network.kernel, channels, out),
               network.kernel ** 2 * channels)
        parameters[f"bias{i}"] = jnp.zeros(out)
        if network.normalised:
            parameters[f"scale{i}"] = jnp.ones(out)
            statistics[f"mean{i}"], statistics[f"variance{i}"] = jnp.zeros(out), jnp.ones(out)
        height, width, channels = height // 2, width // 2, out
    units = height * width * channels
    for i, out in enumerate((*network.hidden, CLASSES)):
        weight(f"linear{i}", (units, out), units)
        if not network.normalised:
            parameters[f"linear_bias{i}"] = jnp.zeros(out)
        units = out
    return parameters, statistics


def convolution(x, kernel, patches):
    if not patches:
        return lax.conv_general_dilated(x, kernel, (1, 1), "SAME",
                                        dimension_numbers=("NHWC", "HWIO", "NHWC"))
    side, (height, width) = kernel.shape[0], x.shape[1:3]
    around = (side // 2, side // 2)
    x = jnp.pad(x, ((0, 0), around, around, (0, 0)))
    columns = jnp.concatenate([x[:, i:i + height, j:j + width]
                               for i in range(side) for j in range(side)], axis=-1)
    return columns @ kernel.reshape(-1, kernel.shape[-1])


def max_pool(x):
    """By comparisons. The gradient of max asks which value equals the maximum; where XLA computes
    either anew inside another fusion, rounded otherwise, none does, and the gradient is lost."""
    samples, height, width, channels = x.shape
    even = x[:, :height // 2 * 2, :width // 2 * 2]
    windows = even.reshape(samples, height // 2, 2, width // 2, 2, channels)

    def larger(a, b):
        return jnp.where(a >= b, a, b)
    rows = larger(windows[:, :, 0], windows[:, :, 1])
    return larger(rows[:, :, :, 0], rows[:, :, :, 1])


def batch_norm(x, parameters, statistics, i, training):
    """With the batch's moments, in float32, and the running ones moved towards them."""
    scale, bias = parameters[f"scale{i}"], parameters[f"bias{i}"]
    wide = x.astype(jnp.float32)
    if training:
        mean = wide.mean((0, 1, 2))
        variance = jnp.square(wide - mean).mean((0, 1, 2))
        count = x.size // x.shape[-1]
        for name, value in ((f"mean{i}", mean), (f"variance{i}", variance * count / (count - 1))):
            old = statistics[name]
            statistics = {**statistics, name: old + MOMENTUM * (lax.stop_gradient(value) - old)}
    else:
        mean, variance = statistics[f"mean{i}"], statistics[f"variance{i}"]
    y = (wide - mean) * lax.rsqrt(variance + EPSILON) * scale + bias
    return y.astype(x.dtype), statistics


def forward(network, parameters, statistics, x, patches, training=True):
    """Logits in float32, and the statistics after this batch."""
    for i in range(len(network.channels)):
        x = convolution(x, parameters[f"conv{i}"], patches)
        if network.normalised:
            x, statistics = batch_norm(x, parameters, statistics, i, training)
        else:
            x = x + parameters[f"bias{i}"]
        x = max_pool(jax.nn.relu(x))
    x = x.reshape(len(x), -1)
    for i in range(len(network.hidden) + 1):
        x = x @ parameters[f"linear{i}"]
        if not network.normalised:
            x = x + parameters[f"linear_bias{i}"]
        if i < len(network.hidden):
            x = jax.nn.relu(x)
    return x.astype(jnp.float32), statistics
