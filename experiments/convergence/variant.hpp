// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace fedmrn::convergence {

/// How step size and noise are set. As it stands: as the theory asks for.
struct Variant {
    std::string name, title;
    bool step_falls = true;  ///< convex: from round to round; not convex: with the horizon
    bool noise_falls = true; ///< as the step size of the theory does
    std::string noise = "bernoulli";
    bool defaults = false; ///< step size and noise are the methods' own, as in docs/results.md
    bool of_noise = false; ///< and of noise alone, which FedAvg has not
    double l2 = 0.01;      ///< λ of the problem that is not convex

    /// Whether something is not as small as the theory has it, so that a floor is to be seen.
    [[nodiscard]] bool stays() const { return !step_falls || !noise_falls; }
};

/// Every variant, the theory's first.
const std::vector<Variant>& variants();

/// The one of a name that variants() has.
const Variant& variant(const std::string& name);

} // namespace fedmrn::convergence
