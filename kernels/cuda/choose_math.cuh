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

/// Whether `unit` neighbours from every lane's data + unit · i can be moved at once.
template <class T>
bool aligned(const T* data, std::size_t lane_stride, std::size_t row, std::size_t unit) {
    return reinterpret_cast<std::uintptr_t>(data) % (unit * sizeof(T)) == 0 &&
           lane_stride % unit == 0 && row % unit == 0;
}

/// How to multiply: float32 factors as they are, or factors rounded for the tensor cores.
struct Exactly {
    static constexpr bool smaller_tiles = false;
    template <class Tile, class A, class B> using Math = ScalarMath<Tile, A, B>;
};
template <class Factor_> struct OnTensorCores {
    using Factor = Factor_;
    static constexpr bool smaller_tiles = true; ///< where the large ones would leave a GPU idle
    template <class Tile, class A, class B> using Math = TensorMath<Factor, Tile, A, B>;
};

/// Calls body.operator()<Way>() with the way to multiply images of type T.
template <class T, class Body> void with_way(const CudaDevice& cuda, const Body& body) {
    if constexpr (std::is_same_v<T, formula::Bf16>) {
        body.template operator()<OnTensorCores<BFloat16>>();
    } else if (cuda.tensor_floats) {
        body.template operator()<OnTensorCores<Tf32>>();
    } else {
        body.template operator()<Exactly>();
    }
}

/// Calls body.operator()<Tile>() with the tile for results of many rows: a large one, which reads
/// each factor seldom, unless the tiles of all lanes would leave multiprocessors idle.
template <class Way, class Body>
void with_tall_tile(const CudaDevice& cuda, std::size_t rows, std::size_t columns,
                    std::size_t lanes, const Body& body) {
    const auto fills = [&]<class T>(T) {
        return divide_up(rows, T::rows) * divide_up(columns, T::columns) * lanes >=
               2 * cuda.multiprocessors();
    };
    if (columns <= 32) {
        if (!Way::smaller_tiles || fills(Tile<128, 32>())) {
            return body.template operator()<Tile<128, 32>>();
        }
    } else if (!Way::smaller_tiles || fills(Tile<128, 64>())) {
        return body.template operator()<Tile<128, 64>>();
    }
    if constexpr (Way::smaller_tiles) {
        columns > 32 && fills(Tile<64, 64>()) ? body.template operator()<Tile<64, 64>>()
                                              : body.template operator()<Tile<64, 32>>();
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
