// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/stage/rans_packing.hpp"
#include "engine/stage/stage.hpp"
#include "fedmrn/stage.hpp"

namespace fedmrn {
namespace {

class Rans final : public Stage {
public:
    [[nodiscard]] const Packing* packing() const override { return &packing_; }

private:
    RansPacking packing_;
};

} // namespace

StageEntry rans_entry() {
    StageEntry entry{
        {"rans", "rANS",
         "masks and codes are packed, without loss, by an entropy coder that knows the "
         "noise; what gets no shorter stays as it is"}};
    entry.wire = RansPacking::wire;
    entry.unpacks = std::make_shared<const RansPacking>();
    entry.make = [](const Options&, const StageSetting&) { return std::make_shared<const Rans>(); };
    return entry;
}

} // namespace fedmrn
