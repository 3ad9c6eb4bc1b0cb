// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/data/formats/mat_file.hpp"

#include <algorithm>
#include <limits>
#include <type_traits>

#include <fmt/format.h>

#include "engine/data/formats/byte_reader.hpp"
#include "engine/data/formats/mat_walk.hpp"
#include "fedmrn/error.hpp"

namespace fedmrn {
namespace {

constexpr std::uint64_t best_deflate_ratio = 1032; // zlib's technical notes: 258 bytes in 2 bits
constexpr std::uint64_t most_elements = std::numeric_limits<int>::max();

struct FreeVariable {
    void operator()(matvar_t* variable) const { Mat_VarFree(variable); }
};
using Variable = std::unique_ptr<matvar_t, FreeVariable>;

const char* class_name(const matvar_t& variable) {
    switch (variable.class_type) {
    case MAT_C_CELL:
        return "a cell array";
    case MAT_C_STRUCT:
        return "a struct";
    case MAT_C_CHAR:
        return "a string";
    case MAT_C_UINT8:
        return "of uint8";
    case MAT_C_DOUBLE:
        return "of double";
    case MAT_C_SINGLE:
        return "of single";
    default:
        return "of another class";
    }
}

} // namespace

void MatFile::Close::operator()(mat_t* file) const { Mat_Close(file); }

MatFile::MatFile(const std::string& path) : path_(path) {
    ByteReader file(path);
    walk_mat(file);
    most_ = file.bound() * best_deflate_ratio;
    file_.reset(Mat_Open(path.c_str(), MAT_ACC_RDONLY));
    if (!file_) fail("libmatio cannot open it, expected a MATLAB file of level 5");
}

void MatFile::fail(const std::string& found) const {
    throw Error(fmt::format("{}: {}", path_, found));
}

/// or_double: an array of double is taken too.
template <class Element> MatArray<Element> MatFile::read(const std::string& name, bool or_double) {
    const Variable variable(Mat_VarReadInfo(file_.get(), name.c_str()));
    if (!variable) fail(fmt::format("no array {}, expected X and y", name));
    const bool known =
        variable->class_type == MAT_C_UINT8 || (or_double && variable->class_type == MAT_C_DOUBLE);
    if (!known || variable->isComplex != 0 || variable->rank < 1 || variable->dims == nullptr) {
        fail(fmt::format("{} is {}{}, expected real and of uint8{}", name,
                         variable->isComplex != 0 ? "complex and " : "", class_name(*variable),
                         or_double ? " or double" : ""));
    }
    MatArray<Element> array;
    std::uint64_t count = 1;
    for (int d = 0; d < variable->rank; ++d) {
        const std::uint64_t size = variable->dims[d];
        // By division: the product can overflow. libmatio counts what it reads in an int.
        if (size != 0 && count > std::min<std::uint64_t>(most_, most_elements) / size)
            fail(fmt::format("{} announces more elements than the file can hold: corrupt", name));
        count *= size;
        array.shape.push_back(size);
    }
    array.elements.resize(count);
    const auto read_into = [&](void* data) {
        if (count > 0 && Mat_VarReadDataLinear(file_.get(), variable.get(), data, 0, 1,
                                               static_cast<int>(count)) != 0) {
            fail(fmt::format("{} cannot be read: corrupt", name));
        }
    };
    if (std::is_same_v<Element, std::uint8_t> || variable->class_type == MAT_C_DOUBLE) {
        read_into(array.elements.data());
    } else {
        std::vector<std::uint8_t> bytes(count);
        read_into(bytes.data());
        array.elements.assign(bytes.begin(), bytes.end());
    }
    return array;
}

MatArray<std::uint8_t> MatFile::bytes(const std::string& name) {
    return read<std::uint8_t>(name, false);
}

MatArray<double> MatFile::numbers(const std::string& name) { return read<double>(name, true); }

} // namespace fedmrn
