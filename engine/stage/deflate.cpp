// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/stage/deflate_packing.hpp"
#include "engine/stage/stage.hpp"
#include "fedmrn/schema.hpp"
#include "fedmrn/stage.hpp"

namespace fedmrn {
namespace {

struct DeflateOptions {
    std::uint32_t level = 6;
};

class Deflate final : public Stage {
public:
    explicit Deflate(const DeflateOptions& options) : packing_(static_cast<int>(options.level)) {}
    [[nodiscard]] const Packing* packing() const override { return &packing_; }

private:
    DeflatePacking packing_;
};

} // namespace

StageEntry deflate_entry() {
    const auto schema = Schema<DeflateOptions>().integer("level", &DeflateOptions::level, 1, 9,
                                                         "1 is fast, 9 makes the fewest bytes");
    StageEntry entry{{"deflate", "deflate",
                      "uplink messages are packed, without loss, by DEFLATE (RFC 1951)",
                      schema.options()}};
    entry.wire = DeflatePacking::wire;
    entry.unpacks = std::make_shared<const DeflatePacking>();
    entry.label = [schema](const Options& said) {
        return "deflate (level " + std::to_string(schema.read(said).level) + ")";
    };
    entry.make = [schema](const Options& said, const StageSetting& /*setting*/) {
        return std::make_shared<const Deflate>(schema.read(said));
    };
    return entry;
}

} // namespace fedmrn
