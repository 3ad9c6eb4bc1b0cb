// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/contract.hpp"

#include <algorithm>
#include <stdexcept>
#include <string_view>

#include "fedmrn/error.hpp"

namespace fedmrn {

const std::string& Device::name() const { return backend().name(); }

namespace kernels {

Backend::Backend(std::string name, std::initializer_list<void (*)(Backend&)> parts,
                 std::string absence)
    : name_(std::move(name)), absence_(std::move(absence)) {
    for (const auto& part : parts) {
        part(*this);
    }
}

void Backend::insert(const ContractInfo& contract, Any* function) {
    if (!functions_.emplace(&contract, function).second) {
        throw std::logic_error(name_ + " has two functions for " + contract.name);
    }
}

Backend::Any* Backend::find(const ContractInfo& contract) const {
    const auto found = functions_.find(&contract);
    if (found != functions_.end()) {
        return found->second;
    }
    throw Error(absence_.empty() ? name_ + " has no " + contract.name
                                 : std::string(contract.name) + ": " + absence_);
}

std::vector<const ContractInfo*> Backend::contracts() const {
    std::vector<const ContractInfo*> all;
    for (const auto& [contract, function] : functions_) {
        all.push_back(contract);
    }
    std::sort(all.begin(), all.end(), [](const ContractInfo* a, const ContractInfo* b) {
        return std::string_view(a->name) < b->name;
    });
    return all;
}

} // namespace kernels
} // namespace fedmrn
