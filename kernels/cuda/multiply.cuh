// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "kernels/cuda/cuda.hpp"
#include "kernels/cuda/operands.cuh"
#include "kernels/cuda/stored.cuh"

// The product of one tile: C [rows][columns] = Σ_k A(row, k) · B(column, k). How it is made is a
// Math's (scalar_math.cuh, tensor_math.cuh): it runs over slices of the depth and stores what it
// has. The order of a sum depends on k alone, so a result depends neither on the tile that it is in
// nor on how many lanes or rows there are.
namespace fedmrn::kernels::cuda {

/// Results that a block makes.
template <unsigned rows_, unsigned columns_> struct Tile {
    static constexpr unsigned rows = rows_, columns = columns_;
};

template <class T, unsigned n> struct alignas(n * sizeof(T)) Several { T v[n]; };

/// Where results go: row-major, as float32 or bf16.
template <class T> struct Result {
    T* data;
    std::uint32_t rows, columns;
    bool vector; ///< four neighbours from a column that is a multiple of four can be moved at once
    bool tensor_floats = false; ///< as stored() has it

    template <unsigned n>
    __device__ __forceinline__ void store(std::uint32_t row, std::uint32_t column,
                                          const float (&value)[n]) const {
        if (row >= rows || column >= columns) {
            return;
        }
        Several<T, n> several;
        for (std::uint32_t i = 0; i < n; ++i) {
            several.v[i] = stored<T>(value[i], tensor_floats);
        }
        T* at = data + (std::size_t{row} * columns + column);
        if (vector) {
            *reinterpret_cast<Several<T, n>*>(at) = several;
            return;
        }
        for (std::uint32_t i = 0; i < n && column + i < columns; ++i) {
            at[i] = several.v[i];
        }
    }
};

} // namespace fedmrn::kernels::cuda
