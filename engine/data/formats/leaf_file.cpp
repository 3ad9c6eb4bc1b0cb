// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/data/formats/leaf_file.hpp"

#include <algorithm>
#include <cmath>
#include <istream>
#include <optional>
#include <string_view>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "engine/data/formats/byte_stream.hpp"
#include "fedmrn/error.hpp"

namespace fedmrn {
namespace {

constexpr std::size_t pixels = std::size_t{leaf_image_side} * leaf_image_side;

/// LEAF's models/utils/language_utils.py: a letter's token is its place here.
constexpr std::string_view letters =
    "\n !\"&'(),-.0123456789:;>?ABCDEFGHIJKLMNOPQRSTUVWXYZ[]abcdefghijklmnopqrstuvwxyz}";
static_assert(letters.size() == leaf_letters);

/// A name of the file as a message can show it: one line, not too long.
std::string shown(std::string_view name) {
    constexpr std::size_t longest = 40;
    std::string text(name.substr(0, longest));
    std::replace_if(
        text.begin(), text.end(),
        [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == '\x7f'; }, '?');
    return name.size() > longest ? text + "…" : text;
}

/// Takes nlohmann::json's events: its names and results are the library's.
class LeafReader {
public:
    using number_integer_t = nlohmann::json::number_integer_t;
    using number_unsigned_t = nlohmann::json::number_unsigned_t;
    using number_float_t = nlohmann::json::number_float_t;
    using string_t = nlohmann::json::string_t;
    using binary_t = nlohmann::json::binary_t;

    LeafReader(const std::string& path, LeafSample kind) : path_(path), kind_(kind) {}

    LeafFile finish(const ByteStream& stream, bool whole);

    bool null() { return scalar("null"); }
    bool boolean(bool) { return scalar("true or false"); }
    bool binary(binary_t&) { return scalar("bytes"); }
    bool number_integer(number_integer_t v) { return number(static_cast<double>(v)); }
    bool number_unsigned(number_unsigned_t v) { return number(static_cast<double>(v)); }
    bool number_float(number_float_t v, const string_t&) { return number(v); }
    bool string(string_t& text);
    bool key(string_t& name);
    bool start_object(std::size_t);
    bool end_object();
    bool start_array(std::size_t);
    bool end_array();
    bool parse_error(std::size_t position, const std::string&, const nlohmann::json::exception&) {
        bad_byte_ = position;
        return false;
    }

private:
    enum class Place { file, top, users, counts, user_data, user, x, image, y, passed };

    [[nodiscard]] Place place() const { return places_.back(); }
    bool enter(Place place) {
        places_.push_back(place);
        return true;
    }
    [[noreturn]] void fail(const std::string& found) const {
        throw Error(fmt::format("{}: {}", path_, found));
    }
    /// Of the user at hand: "user f0001_41: x 3 …".
    [[noreturn]] void fail_sample(char axis, std::size_t sample, const std::string& found) const {
        fail(fmt::format("user {}: {} {} {}", shown(name_), axis, sample, found));
    }
    [[noreturn]] void unexpected(const std::string& found) const;
    bool scalar(const std::string& found) {
        if (place() != Place::passed && !passes()) unexpected(found);
        return true;
    }
    /// The key at hand is none that means something here.
    [[nodiscard]] bool passes() const {
        return (place() == Place::top && key_ != "users" && key_ != "num_samples" &&
                key_ != "user_data") ||
               (place() == Place::user && key_ != "x" && key_ != "y");
    }
    bool number(double value);
    [[nodiscard]] std::uint8_t token(char axis, std::size_t sample, char letter) const;
    void check_counts(LeafFile& file) const;

    std::string path_;
    LeafSample kind_;
    std::vector<Place> places_{Place::file};
    std::string key_, name_;   ///< name_: of the user at hand
    LeafUser* user_ = nullptr; ///< at hand
    std::size_t filled_ = 0;   ///< pixels of the image at hand
    std::optional<std::vector<std::uint64_t>> counts_;
    bool has_users_ = false, has_data_ = false;
    std::optional<std::size_t> bad_byte_;
    LeafFile file_;
};

void LeafReader::unexpected(const std::string& found) const {
    const bool text = kind_ == LeafSample::text;
    switch (place()) {
    case Place::file:
        fail(fmt::format("{} at the top, expected LEAF's object of users, num_samples and "
                         "user_data",
                         found));
    case Place::top:
        fail(fmt::format("{} is {}, expected {}", key_, found,
                         key_ == "user_data" ? "an object of users" : "a list"));
    case Place::users:
        fail(fmt::format("users has {} in it, expected the users' names", found));
    case Place::counts:
        fail(fmt::format("num_samples has {} in it, expected whole numbers", found));
    case Place::user_data:
        fail(fmt::format("user {} is {}, expected an object of x and y", shown(name_), found));
    case Place::user:
        fail(fmt::format("user {}: {} is {}, expected a list", shown(name_), key_, found));
    case Place::x:
        fail_sample('x', user_->x.size() / (text ? leaf_text_length : pixels),
                    fmt::format("is {}, expected {}", found,
                                text ? "a string of 80 letters" : "a list of 784 numbers"));
    case Place::image:
        fail_sample('x', user_->x.size() / pixels,
                    fmt::format("has {} in it, expected 784 numbers in 0 … 1", found));
    case Place::y:
        fail_sample('y', user_->y.size(),
                    fmt::format("is {}, expected {}", found,
                                text ? "a string of one letter" : "a class in 0 … 61"));
    case Place::passed:
        break;
    }
    fail(found + " in a place where nothing is expected");
}

bool LeafReader::number(double value) {
    const bool whole = value == std::floor(value);
    const auto found = [&] { return fmt::format("{}", value); };
    switch (place()) {
    case Place::counts:
        if (!whole || value < 0 || value > 1e15) unexpected(found());
        counts_->push_back(static_cast<std::uint64_t>(value));
        return true;
    case Place::image:
        if (!(value >= 0 && value <= 1)) unexpected(found());
        ++filled_;
        if (filled_ <= pixels)
            user_->x.push_back(static_cast<std::uint8_t>(std::lround(255 * value)));
        return true;
    case Place::y:
        if (kind_ != LeafSample::image || !whole || value < 0 || value >= leaf_image_classes)
            unexpected(found());
        user_->y.push_back(static_cast<std::uint16_t>(value));
        return true;
    default:
        return scalar(found());
    }
}

std::uint8_t LeafReader::token(char axis, std::size_t sample, char letter) const {
    const std::size_t at = letters.find(letter);
    if (at == std::string_view::npos) {
        fail_sample(axis, sample,
                    fmt::format("has the byte {:#04x} in it, expected LEAF's 80 letters",
                                static_cast<unsigned char>(letter)));
    }
    return static_cast<std::uint8_t>(at);
}

bool LeafReader::string(string_t& text) {
    const bool of_letters = kind_ == LeafSample::text;
    const auto letters_of = [](std::size_t count) { return fmt::format("{} bytes", count); };
    if (place() == Place::users) {
        file_.users.push_back(std::move(text));
    } else if (place() == Place::x && of_letters) {
        const std::size_t sample = user_->x.size() / leaf_text_length;
        if (text.size() != leaf_text_length) unexpected("a string of " + letters_of(text.size()));
        for (const char letter : text) {
            user_->x.push_back(token('x', sample, letter));
        }
    } else if (place() == Place::y && of_letters) {
        if (text.size() != 1) unexpected("a string of " + letters_of(text.size()));
        user_->y.push_back(token('y', user_->y.size(), text[0]));
    } else {
        return scalar("a string");
    }
    return true;
}

bool LeafReader::key(string_t& name) {
    if (place() == Place::user_data)
        name_ = std::move(name);
    else if (place() != Place::passed)
        key_ = std::move(name);
    return true;
}

bool LeafReader::start_object(std::size_t) {
    if (place() == Place::file) return enter(Place::top);
    if (place() == Place::top && key_ == "user_data") {
        has_data_ = true;
        return enter(Place::user_data);
    }
    if (place() == Place::user_data) {
        const auto [at, added] = file_.data.try_emplace(name_);
        if (!added) fail(fmt::format("user {} twice in user_data, expected once", shown(name_)));
        user_ = &at->second;
        return enter(Place::user);
    }
    scalar("an object");
    return enter(Place::passed);
}

bool LeafReader::start_array(std::size_t) {
    if (place() == Place::top && key_ == "users") {
        has_users_ = true;
        return enter(Place::users);
    }
    if (place() == Place::top && key_ == "num_samples") {
        counts_.emplace();
        return enter(Place::counts);
    }
    if (place() == Place::user && key_ == "x") return enter(Place::x);
    if (place() == Place::user && key_ == "y") return enter(Place::y);
    if (place() == Place::x && kind_ == LeafSample::image) {
        filled_ = 0;
        return enter(Place::image);
    }
    scalar("a list");
    return enter(Place::passed);
}

bool LeafReader::end_object() {
    places_.pop_back();
    return true;
}

bool LeafReader::end_array() {
    if (place() == Place::image && filled_ != pixels) {
        const std::size_t sample = (user_->x.size() - std::min(filled_, pixels)) / pixels;
        fail_sample('x', sample, fmt::format("has {} numbers, expected {}", filled_, pixels));
    }
    places_.pop_back();
    return true;
}

void LeafReader::check_counts(LeafFile& file) const {
    if (counts_->size() != file.users.size()) {
        fail(fmt::format("{} num_samples, expected {}, one of each of users", counts_->size(),
                         file.users.size()));
    }
    const std::size_t sample = kind_ == LeafSample::text ? leaf_text_length : pixels;
    std::size_t held = 0;
    for (std::size_t i = 0; i < file.users.size(); ++i) {
        const std::string& name = file.users[i];
        const auto at = file.data.find(name);
        if (at == file.data.end())
            fail(fmt::format("no user {} in user_data, expected each of users", shown(name)));
        const std::size_t x = at->second.x.size() / sample, y = at->second.y.size();
        if (x != y || x != (*counts_)[i]) {
            fail(fmt::format("user {} has {} x, {} y and {} num_samples, expected as many of each",
                             shown(name), x, y, (*counts_)[i]));
        }
        held += y;
    }
    // LEAF leaves users without samples in user_data whom it took out of users.
    for (const auto& [name, user] : file.data) {
        held -= user.y.size();
    }
    if (held != 0) fail("user_data has samples of a user who is not in users, or is twice");
}

LeafFile LeafReader::finish(const ByteStream& stream, bool whole) {
    if (!whole) {
        if (stream.ended()) fail("truncated: the JSON ends in its middle");
        fail(fmt::format("not JSON from byte {} on, expected a file of LEAF's",
                         bad_byte_.value_or(0)));
    }
    const std::pair<const char*, bool> parts[] = {
        {"users", has_users_}, {"num_samples", counts_.has_value()}, {"user_data", has_data_}};
    for (const auto& [name, there] : parts) {
        if (!there)
            fail(fmt::format("no {}, expected LEAF's users, num_samples and user_data", name));
    }
    check_counts(file_);
    return std::move(file_);
}

} // namespace

LeafFile read_leaf(const std::string& path, LeafSample kind) {
    ByteReader file(path);
    ByteStream buffer(file);
    std::istream stream(&buffer);
    LeafReader reader(path, kind);
    const bool whole = nlohmann::json::sax_parse(stream, &reader);
    return reader.finish(buffer, whole);
}

} // namespace fedmrn
