// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <type_traits>

#include "simt/executor.hpp"

// FEDMRN_SHARED(float, tile, [16][17]): a variable in the block's shared memory. The address of a
// static object tells variables, and a template's instances, apart. Every variable has a redzone
// behind it and starts as 0xff bytes, which a float reads as NaN.
#define FEDMRN_SHARED(type, name, ...)                                                             \
    static const char name##_key_ = 0;                                                             \
    auto& name = *static_cast<std::type_identity_t<type __VA_ARGS__>*>(::simt::detail::shared(     \
        &name##_key_, sizeof(type __VA_ARGS__), alignof(type), ::simt::Where::here()))

// FEDMRN_DYNAMIC_SHARED(float, tile): the bytes that the launch asked for.
#define FEDMRN_DYNAMIC_SHARED(type, name)                                                          \
    type* const name = static_cast<type*>(::simt::detail::dynamic_shared())
