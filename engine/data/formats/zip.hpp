// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

namespace fedmrn {

/// Members of a zip archive (PKWARE APPNOTE 6.3), stored or deflated, read through its central
/// directory. No encryption, no parts; zip64 only for the sizes of members, as NumPy writes them.
/// Every failure is an Error that names the file.
class ZipFile {
public:
    explicit ZipFile(const std::string& path);

    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] bool has(const std::string& member) const;

    /// The whole member, its length and CRC-32 checked.
    std::vector<std::uint8_t> read(const std::string& name);

private:
    struct Member {
        std::string name;
        std::uint16_t flags = 0, method = 0;
        std::uint32_t crc = 0;
        std::uint64_t packed = 0, plain = 0, offset = 0; ///< bytes, bytes, of the local header
    };
    [[noreturn]] void fail(const std::string& found) const;
    std::vector<std::uint8_t> bytes(std::uint64_t offset, std::uint64_t count);
    void read_directory();
    void read_zip64(Member& member, const std::uint8_t* extra, std::size_t length) const;
    [[nodiscard]] const Member* find(const std::string& member) const;

    std::string path_;
    std::ifstream file_;
    std::uint64_t size_ = 0;
    std::vector<Member> members_;
};

} // namespace fedmrn
