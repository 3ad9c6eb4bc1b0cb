// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "fedmrn/dataset.hpp"

namespace fedmrn {

/// Numbers the users of a data set's files: those with training samples, in the order in which they
/// come. Users who have test samples alone are no clients; their samples stay in the test set.
class Users {
public:
    void trains(const std::string& name, std::size_t samples) {
        owners_.insert(owners_.end(), samples, number_.try_emplace(name, next()).first->second);
    }
    void tests(const std::string& name, std::size_t samples) {
        const auto found = number_.find(name);
        test_owners_.insert(test_owners_.end(), samples,
                            found != number_.end() ? found->second : no_owner);
    }
    void move_to(Dataset& data) {
        data.owners = std::move(owners_);
        data.test_owners = std::move(test_owners_);
    }

private:
    [[nodiscard]] std::uint32_t next() const { return static_cast<std::uint32_t>(number_.size()); }
    std::unordered_map<std::string, std::uint32_t> number_;
    std::vector<std::uint32_t> owners_, test_owners_;
};

} // namespace fedmrn
