// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <hdf5.h>

namespace fedmrn {

/// Closes what an HDF5 function opened.
template <herr_t (*close)(hid_t)> class Hdf5Handle {
public:
    explicit Hdf5Handle(hid_t id = H5I_INVALID_HID) : id_(id) {}
    ~Hdf5Handle() {
        if (id_ >= 0) close(id_);
    }
    Hdf5Handle(Hdf5Handle&& other) noexcept : id_(std::exchange(other.id_, H5I_INVALID_HID)) {}
    Hdf5Handle& operator=(Hdf5Handle&& other) noexcept {
        std::swap(id_, other.id_);
        return *this;
    }
    [[nodiscard]] hid_t id() const { return id_; }
    explicit operator bool() const { return id_ >= 0; }

private:
    hid_t id_;
};

/// HDF5 prints no stack of errors as long as one of these lives.
class Hdf5Quiet {
public:
    Hdf5Quiet() {
        H5Eget_auto2(H5E_DEFAULT, &print_, &data_);
        H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
    }
    ~Hdf5Quiet() { H5Eset_auto2(H5E_DEFAULT, print_, data_); }
    Hdf5Quiet(const Hdf5Quiet&) = delete;
    Hdf5Quiet& operator=(const Hdf5Quiet&) = delete;

private:
    H5E_auto2_t print_ = nullptr;
    void* data_ = nullptr;
};

/// An array of an HDF5 file that has been found but not read.
class Hdf5Array {
public:
    [[nodiscard]] const std::vector<std::uint64_t>& shape() const { return shape_; }
    [[nodiscard]] std::uint64_t elements() const;
    [[nodiscard]] bool floats() const { return kind_ == H5T_FLOAT; }
    [[nodiscard]] bool integers() const { return kind_ == H5T_INTEGER; }
    /// "float of 3 × 28 × 28"
    [[nodiscard]] std::string text() const;

    /// Reads all elements, converted. A number beyond the type becomes its nearest.
    void read(std::vector<float>& out) const;
    void read(std::vector<std::int32_t>& out) const;

private:
    friend class Hdf5File;
    Hdf5Array(std::string where, hid_t id) : where_(std::move(where)), id_(id) {}
    [[noreturn]] void fail(const std::string& found) const;
    template <class Element> void read_as(hid_t type, std::vector<Element>& out) const;

    std::string where_; ///< "file: /path/of/the/array"
    Hdf5Handle<H5Dclose> id_;
    H5T_class_t kind_ = H5T_NO_CLASS;
    std::vector<std::uint64_t> shape_;
};

/// An HDF5 file, opened for reading and not locked. Every failure is an Error that names the file
/// and the group or array.
class Hdf5File {
public:
    explicit Hdf5File(const std::string& path);

    /// The names in a group, sorted by their bytes.
    [[nodiscard]] std::vector<std::string> names(const std::string& group) const;
    [[nodiscard]] Hdf5Array array(const std::string& name) const;

private:
    [[noreturn]] void fail(const std::string& found) const;

    Hdf5Quiet quiet_;
    std::string path_;
    Hdf5Handle<H5Fclose> file_;
};

} // namespace fedmrn
