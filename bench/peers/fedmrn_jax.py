#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The fedmrn authors
# SPDX-License-Identifier: Apache-2.0
"""FedAvg and FedMRN in JAX, as one program over rounds: the fastest that JAX was found to give.

A turn is one call of one compiled program: lax.scan over its rounds, vmap over a round's clients,
lax.scan over a client's steps. Pixels, partition, cohorts, batches, noise and masks are made on the
device; between rounds the host does nothing. Random numbers are XLA's own generator (--prng).

Convolutions under vmap become grouped ones. With --patches they are written as matrix products of
patches, which vmap makes one batched product of all clients.

The rate is samples / seconds of a turn: training and the mean of the clients' models, without
evaluation. Compiling and the first turns are apart.
"""

import argparse
import statistics
import sys
import time

import jax
import jax.numpy as jnp
from jax import lax, random

import workload
from jax_networks import NETWORKS, forward, initial

SMALLEST_NOISE = 1e-8  # |n| below it is replaced by it, so that u / n is finite


def is_masked(value):
    """Weights are masked; biases and BatchNorm's parameters are trained and sent as they are."""
    return value.ndim > 1


class Peer:
    def __init__(self, args, split):
        self.args, self.network = args, NETWORKS[args.model]
        self.pixels, self.labels = jnp.asarray(split.pixels), jnp.asarray(split.labels)
        self.mean, self.deviation = jnp.asarray(split.mean), jnp.asarray(split.deviation)
        self.samples = len(split.labels) // args.clients
        order = random.permutation(random.key(args.seed), len(split.labels))
        self.owned = order[:self.samples * args.clients].reshape(args.clients, self.samples)
        self.steps = args.epochs * -(-self.samples // args.batch)

    def normalised(self, pixels):
        x = (pixels.astype(jnp.float32) / 255 - self.mean) / self.deviation
        return x.astype(jnp.bfloat16) if self.args.bf16 else x

    def loss(self, parameters, statistics_, batch):
        if self.args.bf16:
            parameters = jax.tree.map(lambda p: p.astype(jnp.bfloat16), parameters)
        logits, statistics_ = forward(self.network, parameters, statistics_,
                                      self.normalised(self.pixels[batch]), self.args.patches)
        chosen = jnp.take_along_axis(jax.nn.log_softmax(logits), self.labels[batch][:, None], 1)
        return -chosen.mean(), statistics_

    def noise(self, key, weights):
        limit = self.args.magnitude
        drawn = {}
        for number, (name, w) in enumerate(weights.items()):
            n = random.uniform(random.fold_in(key, number), w.shape, minval=-limit, maxval=limit)
            drawn[name] = jnp.where(jnp.abs(n) < SMALLEST_NOISE, SMALLEST_NOISE, n)
        return drawn

    def masked(self, key, u, noise, share):
        """What w gets: noise times its mask, or where it is not masked yet the clipped update."""
        signed = self.args.mask == "signed"
        low = -1.0 if signed else 0.0
        ratio = u / noise
        keep = jnp.clip((ratio + 1) / 2 if signed else ratio, 0, 1)
        for_mask, for_share = random.split(key)
        update = noise * jnp.where(random.uniform(for_mask, u.shape) < keep, 1.0, low)
        if share is None:
            return update
        clipped = noise * jnp.clip(ratio, low, 1)
        return jnp.where(random.uniform(for_share, u.shape) < share, update, clipped)

    def all_masked(self, key, updates, noise, share):
        return {name: self.masked(random.fold_in(key, number), u, noise[name], share)
                for number, (name, u) in enumerate(updates.items())}

    def client(self, parameters, statistics_, key, owned):
        """A client's local training: its parameters, statistics and mean loss."""
        args = self.args
        for_noise, for_order, for_steps, for_message = random.split(key, 4)
        weights = {}
        if args.method == "fedmrn":
            weights = {name: p for name, p in parameters.items() if is_masked(p)}
        noise = self.noise(for_noise, weights)
        dense = {name: p for name, p in parameters.items() if name not in weights}
        updates = {name: jnp.zeros_like(w) for name, w in weights.items()}

        def step(carry, item):
            dense, updates, statistics_ = carry
            batch, number = item
            local = self.all_masked(random.fold_in(for_steps, number), updates, noise,
                                    number / self.steps)
            current = {**dense, **{name: weights[name] + u for name, u in local.items()}}
            (loss, statistics_), gradients = jax.value_and_grad(self.loss, has_aux=True)(
                current, statistics_, batch)

            def descend(values):
                return {name: v - args.lr * gradients[name] for name, v in values.items()}
            return (descend(dense), descend(updates), statistics_), loss

        full, rest = divmod(self.samples, args.batch)

        def epoch(carry, number):
            order = random.permutation(random.fold_in(for_order, number), owned)
            first = number * (self.steps // args.epochs) + 1
            batches = order[:full * args.batch].reshape(full, args.batch)
            carry, losses = lax.scan(step, carry, (batches, first + jnp.arange(full)))
            if rest:
                carry, last = step(carry, (order[full * args.batch:], first + full))
                losses = jnp.append(losses, last)
            return carry, losses.mean()

        (dense, updates, statistics_), losses = lax.scan(
            epoch, (dense, updates, statistics_), jnp.arange(args.epochs))
        sent = self.all_masked(for_message, updates, noise, None)
        return ({**dense, **{name: weights[name] + u for name, u in sent.items()}}, statistics_,
                losses.mean())

    def round(self, state, key):
        for_cohort, for_clients = random.split(key)
        count = self.args.clients_per_round
        cohort = random.permutation(for_cohort, self.args.clients)[:count]
        parameters, statistics_, losses = jax.vmap(self.client, (None, None, 0, 0))(
            *state, random.split(for_clients, count), self.owned[cohort])
        return jax.tree.map(lambda v: v.mean(0), (parameters, statistics_)), losses.mean()

    def turn(self, state, key):
        return lax.scan(self.round, state, random.split(key, self.args.rounds))

    def accuracy(self, state, test, batch=500):
        @jax.jit
        def right(pixels, labels):
            logits, _ = forward(self.network, *state, self.normalised(pixels), self.args.patches,
                                training=False)
            return (logits.argmax(1) == labels).sum()
        count = len(test.labels)
        found = [right(test.pixels[i:i + batch], test.labels[i:i + batch])
                 for i in range(0, count, batch)]
        return float(sum(found)) / count


def parse_args(argv):
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    workload.add_arguments(parser)
    add = parser.add_argument
    add("--turns", type=int, default=5, help="that are measured")
    add("--patches", action="store_true", help="convolutions as products of patches")
    add("--bf16", action="store_true", help="images and products in bfloat16")
    add("--tf32", action=argparse.BooleanOptionalAction, default=True,
        help="allow float32 products on a GPU to round their factors")
    add("--prng", choices=("rbg", "threefry2x32"), default="rbg")
    add("--evaluate", action="store_true", help="the last model's accuracy on the test images")
    return parser.parse_args(argv)


def main(argv=None):
    args = parse_args(argv)
    setup = workload.complete(args)
    jax.config.update("jax_default_prng_impl", args.prng)
    jax.config.update("jax_default_matmul_precision", "tensorfloat32" if args.tf32 else "float32")
    train, test = workload.load(args.data, setup)
    peer = Peer(args, train)
    key = random.key(args.seed)
    state = initial(peer.network, random.fold_in(key, 0), train.pixels.shape[1:])
    device = jax.devices()[0]
    samples = args.rounds * args.clients_per_round * peer.samples * args.epochs
    start = time.perf_counter()
    program = jax.jit(peer.turn).lower(state, key).compile()
    result = {"peer": "jax", "model": args.model, "method": args.method, "mask": args.mask,
              "patches": args.patches, "bf16": args.bf16, "tf32": args.tf32, "prng": args.prng,
              "clients": args.clients, "clients_per_round": args.clients_per_round,
              "batch": args.batch, "rounds_per_rate": args.rounds, "samples_per_rate": samples,
              "compile_seconds": time.perf_counter() - start, "rates": [], "losses": [],
              "device": device.platform, "device_name": device.device_kind,
              "version": f"jax {jax.__version__}"}
    began = time.perf_counter()
    for turn in range(1, args.warmup + args.turns + 1):
        start = time.perf_counter()
        state, losses = jax.block_until_ready(program(state, random.fold_in(key, turn)))
        rate = samples / (time.perf_counter() - start)
        result["losses"] += [float(loss) for loss in losses]
        print(f"turn {turn:3d}  {rate:9.0f} samples/s  loss {losses[-1]:.3f}"
              f"{'  (warm-up)' if turn <= args.warmup else ''}", flush=True)
        if turn > args.warmup:
            result["rates"].append(rate)
            result["samples_per_second"] = statistics.median(result["rates"])
            if args.json:
                workload.write_json(args.json, result)
            if 0 < args.seconds < time.perf_counter() - began:
                break
    if args.evaluate:
        result["accuracy"] = peer.accuracy(state, test)
        print(f"accuracy {100 * result['accuracy']:.2f} %")
        if args.json:
            workload.write_json(args.json, result)
    print(f"{args.method}, {args.model}: {result['samples_per_second']:.0f} samples/s, "
          f"{device.device_kind}, jax {jax.__version__}, compiled in "
          f"{result['compile_seconds']:.1f} s")


if __name__ == "__main__":
    sys.exit(main())
