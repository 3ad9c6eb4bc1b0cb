# SPDX-FileCopyrightText: 2026 The fedmrn authors
# SPDX-License-Identifier: Apache-2.0
"""The engine's CNN4 and CNN2 for fedmrn_torch.py."""

from torch import nn


def make_cnn4(channels, side, classes):
    layers = []
    for out in (32, 64, 128, 256):
        layers += [nn.Conv2d(channels, out, 3, padding=1, bias=False), nn.BatchNorm2d(out),
                   nn.ReLU(inplace=True), nn.MaxPool2d(2)]
        channels, side = out, side // 2
    layers += [nn.Flatten(), nn.Linear(side * side * channels, classes, bias=False)]
    model = nn.Sequential(*layers)
    for module in model.modules():
        if isinstance(module, (nn.Conv2d, nn.Linear)):
            nn.init.normal_(module.weight, std=0.01)
    return model


def make_cnn2(channels, side, classes):
    layers = []
    for out in (32, 64):
        layers += [nn.Conv2d(channels, out, 5, padding=2), nn.ReLU(inplace=True), nn.MaxPool2d(2)]
        channels, side = out, side // 2
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(side * side * channels, 512),
                         nn.ReLU(inplace=True), nn.Linear(512, classes))


MODELS = {"cnn4": make_cnn4, "cnn2": make_cnn2}
