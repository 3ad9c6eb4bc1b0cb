// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <iostream>

#include <fmt/core.h>

#include "engine/cli/commands.hpp"
#include "fedmrn/device.hpp"

namespace fedmrn::cli {

void add_devices(CLI::App& app, Action& action) {
    CLI::App* command =
        app.add_subcommand("devices", "list the devices that can run an experiment");
    command->callback([&action] {
        action = [] {
            for (const DeviceInfo& device : available_devices())
                std::cout << fmt::format(
                    "{:<6}{}, {} cores, {:.1f} GiB{}{}{}\n",
                    device.kind == DeviceKind::cuda ? "cuda" : "cpu", device.name, device.cores,
                    static_cast<double>(device.memory) / (1024.0 * 1024 * 1024),
                    device.capabilities.empty() ? "" : ", ", device.capabilities,
                    device.bf16 ? "" : "; bf16 as float32 products");
            std::string why;
            const DeviceKind taken = choose_device(DeviceKind::automatic, why);
            std::cout << "auto: " << (taken == DeviceKind::cuda ? "cuda, " : "cpu, ") << why
                      << std::endl;
            return 0;
        };
    });
}

} // namespace fedmrn::cli
