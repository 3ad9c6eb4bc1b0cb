// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "variant.hpp"

#include <algorithm>
#include <stdexcept>

namespace fedmrn::convergence {

const std::vector<Variant>& variants() {
    static const std::vector<Variant> all = {
        {.name = "theory", .title = "As the theory asks for"},
        {.name = "constant-step",
         .title = "A step size that does not fall, nor does the noise",
         .step_falls = false,
         .noise_falls = false},
        {.name = "constant-noise",
         .title = "Noise that does not fall",
         .noise_falls = false,
         .of_noise = true},
        {.name = "uniform-noise", .title = "Uniform noise", .noise = "uniform", .of_noise = true},
        {.name = "defaults",
         .title = "The methods' defaults",
         .step_falls = false,
         .noise_falls = false,
         .noise = "uniform",
         .defaults = true},
    };
    return all;
}

const Variant& variant(const std::string& name) {
    const auto found = std::find_if(variants().begin(), variants().end(),
                                    [&](const Variant& each) { return each.name == name; });
    if (found == variants().end()) throw std::invalid_argument("no variant " + name);
    return *found;
}

} // namespace fedmrn::convergence
