// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/data/formats/hdf5_file.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "engine/data/formats/byte_reader.hpp"
#include "fedmrn/error.hpp"

namespace fedmrn {
namespace {

constexpr std::uint64_t best_deflate_ratio = 1032; // zlib's technical notes: 258 bytes in 2 bits
constexpr std::array<std::uint8_t, 8> signature{0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'};

herr_t add_name(hid_t, const char* name, const H5L_info_t*, void* names) {
    static_cast<std::vector<std::string>*>(names)->emplace_back(name);
    return 0;
}

} // namespace

std::uint64_t Hdf5Array::elements() const {
    std::uint64_t count = 1;
    for (const std::uint64_t size : shape_) {
        count *= size;
    }
    return count;
}

std::string Hdf5Array::text() const {
    return fmt::format("{} of {}",
                       floats()     ? "float"
                       : integers() ? "integers"
                                    : "no numbers",
                       shape_.empty() ? "one element"
                                      : fmt::format("{}", fmt::join(shape_, " × ")));
}

void Hdf5Array::fail(const std::string& found) const {
    throw Error(fmt::format("{}: {}", where_, found));
}

template <class Element> void Hdf5Array::read_as(hid_t type, std::vector<Element>& out) const {
    out.resize(elements());
    if (!out.empty() && H5Dread(id_.id(), type, H5S_ALL, H5S_ALL, H5P_DEFAULT, out.data()) < 0)
        fail("cannot be read, expected an intact HDF5 file: truncated or corrupt");
}

void Hdf5Array::read(std::vector<float>& out) const { read_as(H5T_NATIVE_FLOAT, out); }
void Hdf5Array::read(std::vector<std::int32_t>& out) const { read_as(H5T_NATIVE_INT32, out); }

Hdf5File::Hdf5File(const std::string& path) : path_(path) {
    std::array<std::uint8_t, signature.size()> start{};
    ByteReader file(path); // says what is wrong with a file that cannot be read at all
    if (file.gzipped()) fail("is gzipped, expected the HDF5 file unpacked");
    if (file.read(start) < start.size() || start != signature) fail("not an HDF5 file");
    // Locks fail on some network file systems, and nothing writes here.
    const Hdf5Handle<H5Pclose> access(H5Pcreate(H5P_FILE_ACCESS));
    H5Pset_file_locking(access.id(), false, true);
    file_ = Hdf5Handle<H5Fclose>(H5Fopen(path.c_str(), H5F_ACC_RDONLY, access.id()));
    if (!file_) fail("cannot be opened as HDF5: truncated or corrupt");
}

void Hdf5File::fail(const std::string& found) const {
    throw Error(fmt::format("{}: {}", path_, found));
}

std::vector<std::string> Hdf5File::names(const std::string& group) const {
    const Hdf5Handle<H5Gclose> opened(H5Gopen2(file_.id(), group.c_str(), H5P_DEFAULT));
    if (!opened) fail(fmt::format("no group {}", group));
    std::vector<std::string> names;
    hsize_t from = 0;
    if (H5Literate(opened.id(), H5_INDEX_NAME, H5_ITER_NATIVE, &from, add_name, &names) < 0)
        fail(fmt::format("group {} cannot be listed: corrupt", group));
    std::sort(names.begin(), names.end());
    return names;
}

Hdf5Array Hdf5File::array(const std::string& name) const {
    Hdf5Array array(fmt::format("{}: {}", path_, name),
                    H5Dopen2(file_.id(), name.c_str(), H5P_DEFAULT));
    if (!array.id_) array.fail("no array of this name");
    const Hdf5Handle<H5Tclose> type(H5Dget_type(array.id_.id()));
    const Hdf5Handle<H5Sclose> space(H5Dget_space(array.id_.id()));
    const int rank = H5Sget_simple_extent_ndims(space.id());
    std::array<hsize_t, H5S_MAX_RANK> sizes{};
    if (!type || rank < 0 || H5Sget_simple_extent_dims(space.id(), sizes.data(), nullptr) < 0)
        array.fail("has no type or shape: corrupt");
    array.kind_ = H5Tget_class(type.id());
    array.shape_.assign(sizes.begin(), sizes.begin() + rank);
    // What is announced must fit what is stored; by division, since the product can overflow.
    const std::uint64_t most = H5Dget_storage_size(array.id_.id()) * best_deflate_ratio;
    std::uint64_t bytes = std::max<std::size_t>(1, H5Tget_size(type.id()));
    for (const std::uint64_t size : array.shape_) {
        if (size != 0 && bytes > most / size)
            array.fail("announces more elements than the file can hold: corrupt");
        bytes *= size;
    }
    return array;
}

} // namespace fedmrn
