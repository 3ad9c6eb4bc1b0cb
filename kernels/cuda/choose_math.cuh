// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "fedmrn/error.hpp"
#include "kernels/cuda/cuda_device.hpp"
#include "kernels/cuda/grid.cuh"
#include "kernels/cuda/scalar_math.cuh"
#include "kernels/cuda/tensor_math.cuh"

// What the callers of multiply_tile choose at launch: how to multiply and in which tiles.
namespace fedmrn::kernels::cuda {

/// An offset inside one lane's array, which kernels hold in 32 bits.
inline std::uint32_t inside_lane(std::size_t values) {
    if (values >= std::size_t{1} << 31) {
        throw Error("cuda: an array of " + std::to_string(values) +
                        " values a lane is too large; choose a smaller batch",
                    Fault::run);
    }
    return static_cast<std::uint32_t>(values);
}

/// Whether four neighbours from every lane's data + 4 · i can be moved at once.
template <class T> bool aligned(const T* data, std::size_t lane_stride, std::size_t row) {
    return reinterpret_cast<std::uintptr_t>(data) % (4 * sizeof(T)) == 0 && lane_stride % 4 == 0 &&
           row % 4 == 0;
}

/// Calls body.operator()<Math>() with the way to multiply factors of type T.
template <class T, class Tile, Along along_a, Along along_b, class Body>
void with_math(const CudaDevice& cuda, const Body& body) {
    if constexpr (std::is_same_v<T, formula::Bf16>) {
        body.template operator()<TensorMath<Bf16Factor, Tile, along_a, along_b>>();
    } else if (cuda.tensor_floats) {
        body.template operator()<TensorMath<Tf32Factor, Tile, along_a, along_b>>();
    } else {
        body.template operator()<ScalarMath<Tile, along_a, along_b>>();
    }
}

/// Calls body.operator()<Tile>() with the tile for results of many rows.
template <class Body> void with_tall_tile(std::size_t columns, const Body& body) {
    if (columns <= 32) {
        body.template operator()<Tile<128, 32>>();
    } else {
        body.template operator()<Tile<128, 64>>();
    }
}

/// Calls body.operator()<Tile>() with the tile for results of these extents.
template <class Body> void with_tile(std::size_t rows, std::size_t columns, const Body& body) {
    if (rows <= 32 && columns <= 32) {
        body.template operator()<Tile<32, 32>>();
    } else if (rows <= 32) {
        body.template operator()<Tile<32, 64>>();
    } else if (rows <= 64) {
        body.template operator()<Tile<64, 64>>();
    } else {
        body.template operator()<Tile<128, 64>>();
    }
}

/// Tiles of a result: blockIdx.x counts them, columns first, so that neighbours share rows of A.
template <class Tile> struct Tiling {
    unsigned across, total;
    Tiling(std::size_t rows, std::size_t columns)
        : across(static_cast<unsigned>(divide_up(columns, Tile::columns))),
          total(across * static_cast<unsigned>(divide_up(rows, Tile::rows))) {}
};

} // namespace fedmrn::kernels::cuda
