// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/data/formats/byte_reader.hpp"

namespace fedmrn {

/// Reads a MAT file of level 5 from front to back (MathWorks, "MAT-File Format", 2.): the header of
/// 128 bytes, then elements, each a tag of 8 bytes (type, length) and that many bytes. Throws Error
/// where the file is of another kind or endianness, where an element ends beyond the file, where a
/// compressed one is no whole zlib stream, and where another one's parts do not fit each other.
void walk_mat(ByteReader& file);

} // namespace fedmrn
