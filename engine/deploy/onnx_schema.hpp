// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <type_traits>

// Numbers of fields and enumerations, as
// https://github.com/onnx/onnx/blob/v1.12.0/onnx/onnx.proto has them; those that the engine writes.
namespace fedmrn::onnx {

/// Version 8 of the format came with operator set 17 in ONNX 1.12.
inline constexpr std::uint64_t ir_version = 8, opset_version = 17;

using Field = std::uint32_t;

namespace model { // ModelProto
inline constexpr Field ir_version = 1, producer_name = 2, producer_version = 3, doc_string = 6,
                       graph = 7, opset_import = 8, metadata_props = 14;
}
namespace opset { // OperatorSetIdProto; an empty domain is ONNX's own
inline constexpr Field domain = 1, version = 2;
}
namespace entry { // StringStringEntryProto
inline constexpr Field key = 1, value = 2;
}
namespace graph { // GraphProto
inline constexpr Field node = 1, name = 2, initializer = 5, input = 11, output = 12;
}
namespace node { // NodeProto
inline constexpr Field input = 1, output = 2, name = 3, op_type = 4, attribute = 5;
}
namespace attribute { // AttributeProto and AttributeProto.AttributeType
inline constexpr Field name = 1, i = 3, ints = 8, type = 20;
inline constexpr std::uint64_t type_int = 2, type_ints = 7;
} // namespace attribute
namespace tensor { // TensorProto and TensorProto.DataType
inline constexpr Field dims = 1, data_type = 2, name = 8, raw_data = 9;
inline constexpr std::uint64_t type_float = 1, type_uint8 = 2, type_int8 = 3, type_int32 = 6;
/// Of a C++ type that the engine writes.
template <class T> constexpr std::uint64_t type_of() {
    if constexpr (std::is_same_v<T, float>) {
        return type_float;
    } else if constexpr (std::is_same_v<T, std::uint8_t>) {
        return type_uint8;
    } else if constexpr (std::is_same_v<T, std::int8_t>) {
        return type_int8;
    } else {
        static_assert(std::is_same_v<T, std::int32_t>);
        return type_int32;
    }
}
} // namespace tensor
namespace value_info { // ValueInfoProto
inline constexpr Field name = 1, type = 2;
}
namespace type { // TypeProto, TypeProto.Tensor, TensorShapeProto, TensorShapeProto.Dimension
inline constexpr Field tensor_type = 1, elem_type = 1, shape = 2, dim = 1, dim_value = 1,
                       dim_param = 2;
}

} // namespace fedmrn::onnx
