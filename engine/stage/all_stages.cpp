// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "fedmrn/config.hpp"
#include "fedmrn/error.hpp"
#include "fedmrn/stage.hpp"

namespace fedmrn {

StageEntry half_entry();
StageEntry quantize_entry();
StageEntry qat_entry();
StageEntry prune_entry();
StageEntry distil_entry();
StageEntry deflate_entry();
StageEntry rans_entry();

Registry<StageEntry>& stages() {
    static Registry<StageEntry> registry("stage.name", {half_entry(), quantize_entry(), qat_entry(),
                                                        prune_entry(), distil_entry(),
                                                        deflate_entry(), rans_entry()});
    return registry;
}

const StageEntry* stage_of_wire(std::uint8_t wire) {
    const auto& all = stages().all();
    const auto found = std::find_if(all.begin(), all.end(),
                                    [&](const StageEntry& entry) { return entry.wire == wire; });
    return found == all.end() ? nullptr : &*found;
}

void check_stages(const Config& config) {
    const StageEntry *sends = nullptr, *packs = nullptr;
    std::vector<const StageEntry*> seen;
    const auto refuse = [](const StageEntry& entry, const std::string& why) {
        throw Error("stage.name = " + entry.name + ": " + why);
    };
    for (const Choice& choice : config.stages) {
        const StageEntry& entry = stages().checked(choice);
        if (std::find(seen.begin(), seen.end(), &entry) != seen.end()) {
            refuse(entry, "expected once in a run, found again");
        }
        seen.push_back(&entry);
        if (entry.sends_model) {
            if (sends != nullptr)
                refuse(entry, sends->name + " says already how the model is sent");
            sends = &entry;
        }
        if (entry.unpacks) {
            if (packs != nullptr) refuse(entry, packs->name + " packs the messages already");
            packs = &entry;
        }
        if (const std::string why = entry.refuses ? entry.refuses(config) : ""; !why.empty()) {
            refuse(entry, why);
        }
    }
}

std::string stages_text(const Config& config) {
    std::string text;
    for (const Choice& choice : config.stages) {
        text += (text.empty() ? "" : " + ") + stages().at(choice.name).text(choice.options);
    }
    return text;
}

} // namespace fedmrn
