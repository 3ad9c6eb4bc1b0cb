// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "engine/method/method.hpp"
#include "fedmrn/registry.hpp"
#include "fedmrn/schema.hpp"

namespace fedmrn {

/// What a method is made for.
struct MethodSetting {
    const ParameterLayout& layout;
    std::uint64_t seed = 0; ///< the experiment's
};

/// A method that method.name can say.
struct MethodEntry : Part {
    std::uint8_t wire = 0;      ///< its number in a message, no other method's
    double lr = 0.03;           ///< what client.lr is where nobody says it
    bool trains_weights = true; ///< variables are the weights' own: client.l2 speaks to them
    /// Beside its label in a run's opening lines; without one: nothing.
    std::function<std::string(const Options&)> detail = {};
    std::function<std::unique_ptr<Method>(const Options&, const MethodSetting&)> make = {};

    /// Whether what messages leave out is to be sent later: the stage of engine/stage/ does it.
    [[nodiscard]] bool error_feedback(const Options& said) const {
        return option("error_feedback") != nullptr && std::get<bool>(value("error_feedback", said));
    }
};
Registry<MethodEntry>& methods();

/// The method that a message's number means; null: none that is registered.
const MethodEntry* method_of_wire(std::uint8_t wire);

/// The options of methods that compress a densely trained update begin with these.
struct Compressed {
    bool error_feedback = false;
};
template <std::derived_from<Compressed> T> Schema<T>& feedback(Schema<T>& schema) {
    return schema.boolean("error_feedback", &T::error_feedback,
                          "what a message leaves out is added to the client's next update; clients "
                          "keep a float32 per weight");
}
template <std::derived_from<Compressed> T> Schema<T> feedback() {
    Schema<T> schema;
    feedback(schema);
    return schema;
}

/// An entry whose factory takes options that are read: make(const T&, const MethodSetting&).
template <class T, class Make>
MethodEntry method_entry(std::string name, std::string title, std::string help, std::uint8_t wire,
                         const Schema<T>& schema, Make make) {
    MethodEntry entry{{std::move(name), std::move(title), std::move(help), schema.options()}};
    entry.wire = wire;
    entry.make = [schema, make](const Options& said,
                                const MethodSetting& setting) -> std::unique_ptr<Method> {
        return make(schema.read(said), setting);
    };
    return entry;
}

/// Gives an entry a label made of what is said: text(const T&).
template <class T, class Text>
void label_with(MethodEntry& entry, const Schema<T>& schema, Text text) {
    entry.label = [schema, text](const Options& said) {
        const T options = schema.read(said);
        std::string label = text(options);
        if constexpr (std::derived_from<T, Compressed>) {
            label += options.error_feedback ? " + error feedback" : "";
        }
        return label;
    };
}

} // namespace fedmrn
