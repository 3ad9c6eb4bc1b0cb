// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A formula is the maths of one element: integers and + − × ÷ √ of floats, nothing whose last bit
// depends on a library. It is always inlined, so that the linker cannot choose between two
// differently compiled copies of it.
#if defined(__CUDACC__)
#define FEDMRN_FORMULA_INLINE __host__ __device__ __forceinline__
#else
#define FEDMRN_FORMULA_INLINE __attribute__((always_inline)) inline
#endif
#define FEDMRN_FORMULA FEDMRN_FORMULA_INLINE constexpr
