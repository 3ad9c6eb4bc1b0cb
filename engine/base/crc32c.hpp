// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace fedmrn {

/// CRC-32C (Castagnoli, RFC 3720 appendix B.4): polynomial 0x1EDC6F41 reflected, start and final
/// inversion. Finds every error of up to 3 bits in a message of up to 2^31 bits, and every burst of
/// up to 32 bits.
/// By the SSE 4.2 instruction where the processor has it, whatever the build was made for. before:
/// the CRC of the bytes that stand before these.
std::uint32_t crc32c(std::span<const std::byte> bytes, std::uint32_t before = 0);

/// The same number from tables alone (slicing by 8), on every processor.
std::uint32_t crc32c_portable(std::span<const std::byte> bytes, std::uint32_t before = 0);

} // namespace fedmrn
