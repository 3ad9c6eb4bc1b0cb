# SPDX-FileCopyrightText: 2026 The fedmrn authors
# SPDX-License-Identifier: Apache-2.0
"""The local training of fedmrn_torch.py: of a client at a time, or of a round's clients at once.

All that a step reads and writes lies in tensors that are made once, so that a step can be recorded
in a CUDA graph and replayed: what a client trains (its dense parameters, and the updates of masked
weights), its noise, BatchNorm's buffers, the share of weights that are masked, the batch's indices.
"""

import torch
from torch import nn
from torch.func import functional_call, grad, vmap

from torch_masking import (MaskedWeight, draw_masked, draw_noise_, keep_probability,
                           masked_weight)


class Recorded:
    """A step for batches of one size in a CUDA graph; replay() runs it on another batch."""

    def __init__(self, step, batch, state):
        self.batch = batch.clone()
        before = [t.detach().clone() for t in state]
        side = torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):  # libraries choose and allocate; inductor compiles
            for _ in range(3):
                step(self.batch)
        torch.cuda.current_stream().wait_stream(side)
        self.graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self.graph):
            step(self.batch)
        with torch.no_grad():
            for tensor, value in zip(state, before):
                tensor.copy_(value)

    def replay(self, batch):
        self.batch.copy_(batch)
        self.graph.replay()


class Trainer:
    """What one client and many have in common. lead: first axes of what is theirs."""

    def __init__(self, model, args, x, y, lead):
        self.model, self.args, self.x, self.y = model, args, x, y
        self.signed = args.mask == "signed"
        self.masked = {k for k, v in model.named_parameters()
                       if args.method == "fedmrn" and v.dim() > 1}
        own = {k: v.detach() for k, v in model.state_dict().items()}
        self.weights = {k: own[k].clone() for k in self.masked}

        def stacked(value):
            return value.expand(*lead, *value.shape).clone() if lead else value.clone()
        self.noise = {k: stacked(own[k]) for k in self.masked}
        self.trained = {k: stacked(own[k]).requires_grad_() for k, _ in model.named_parameters()}
        self.buffers = {k: stacked(v) for k, v in model.named_buffers()}
        self.share = torch.zeros((), device=x.device)
        self.recorded = {}

    @torch.no_grad()
    def begin(self, state):
        for k, tensor in (*self.trained.items(), *self.buffers.items()):
            if k in self.masked:
                self.weights[k].copy_(state[k])
                draw_noise_(self.noise[k], self.args.noise, self.args.magnitude)
                tensor.zero_()
            else:
                tensor.copy_(state[k])

    def step(self, batch):
        gradients = self.gradients(self.x[batch], self.y[batch])
        with torch.no_grad():
            torch._foreach_add_(list(self.trained.values()), gradients, alpha=-self.args.lr)

    def run(self, batch, share):
        self.share.fill_(share)
        if not self.args.graph:
            return self.step(batch)
        size = batch.shape[-1]
        if size not in self.recorded:
            state = (*self.trained.values(), *self.buffers.values())
            self.recorded[size] = Recorded(self.step, batch, state)
        return self.recorded[size].replay(batch)

    @torch.no_grad()
    def state(self):
        """New states: for FedMRN, w + n * m in place of masked weights."""
        result = {k: v.detach().clone() for k, v in (*self.trained.items(), *self.buffers.items())}
        for k in self.masked:
            p = keep_probability(result[k], self.noise[k], self.signed)
            result[k] = self.weights[k] + draw_masked(p, self.noise[k], self.signed)
        return result

    def train(self, state, samples, seed):
        """samples: a client's indices, or the clients' stacked. Returns states()."""
        torch.manual_seed(seed)
        self.model.train()
        self.begin(state)
        steps, step = self.args.epochs * -(-samples.shape[-1] // self.args.batch), 0
        for _ in range(self.args.epochs):
            order = torch.argsort(torch.rand(samples.shape), dim=-1)
            order = samples.gather(-1, order).to(self.x.device)
            for batch in order.split(self.args.batch, dim=-1):
                step += 1
                self.run(batch, step / steps)
        return self.state()


class Client(Trainer):
    """One client at a time, by autograd, as a PyTorch user would write it."""

    def __init__(self, model, args, x, y):
        super().__init__(model, args, x, y, ())
        self.forward = torch.compile(self.loss, dynamic=False) if args.compile else self.loss

    def loss(self, x, y):
        current = {k: MaskedWeight.apply(u, self.weights[k], self.noise[k], self.share, self.signed)
                   if k in self.masked else u for k, u in self.trained.items()}
        logits = functional_call(self.model, {**current, **self.buffers}, (x,))
        return nn.functional.cross_entropy(logits, y)

    def gradients(self, x, y):
        return torch.autograd.grad(self.forward(x, y), list(self.trained.values()))


class Cohort(Trainer):
    """A round's clients at once, what is theirs stacked along a first axis."""

    def __init__(self, model, args, x, y):
        super().__init__(model, args, x, y, (args.clients_per_round,))
        self.of_all = vmap(grad(self.loss, has_aux=True))
        if args.compile:
            self.of_all = torch.compile(self.of_all, dynamic=False)

    def loss(self, parameters, buffers, x, y):
        logits = functional_call(self.model, (parameters, buffers), (x,))
        return nn.functional.cross_entropy(logits, y), buffers

    @torch.no_grad()
    def gradients(self, x, y):
        current = {k: masked_weight(u, self.weights[k], self.noise[k], self.share, self.signed)
                   if k in self.masked else u.detach() for k, u in self.trained.items()}
        gradients, buffers = self.of_all(current, self.buffers, x, y)
        for k, value in buffers.items():
            if value is not self.buffers[k]:
                self.buffers[k].copy_(value)
        return [gradients[k] for k in self.trained]
