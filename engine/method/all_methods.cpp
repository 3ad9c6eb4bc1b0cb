// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/method/registry.hpp"

namespace fedmrn {

// The methods there are, a line each; NAME_entry stands in the method's own file.
#define FEDMRN_METHODS(method)                                                                     \
    method(fedavg) method(fedmrn) method(signsgd) method(terngrad) method(qsgd) method(topk)       \
        method(drive) method(eden) method(fedpm) method(fedsparsify) method(fedbat) method(fedmud) \
            method(stc) method(powersgd) method(frozen_factor)

#define FEDMRN_DECLARE(name) MethodEntry name##_entry();
FEDMRN_METHODS(FEDMRN_DECLARE)

Registry<MethodEntry>& methods() {
#define FEDMRN_MAKE(name) name##_entry(),
    static Registry<MethodEntry> registry("method.name", {FEDMRN_METHODS(FEDMRN_MAKE)});
    return registry;
}

const MethodEntry* method_of_wire(std::uint8_t wire) {
    for (const MethodEntry& entry : methods().all()) {
        if (entry.wire == wire) {
            return &entry;
        }
    }
    return nullptr;
}

std::unique_ptr<Method> make_method(const MethodConfig& choice, const ParameterLayout& layout,
                                    std::uint64_t seed) {
    return methods().checked(choice).make(choice.options, {layout, seed});
}

} // namespace fedmrn
