// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/model/layers/reals.hpp"

namespace fedmrn {

/// What a layer of images reads.
struct Image {
    std::size_t height = 1, width = 1, channels = 1;
};

/// [height, width, channels]; or [channels], an image of one pixel. Throws Error for another rank.
inline Image image_of(const Tensor& tensor) {
    if (tensor.shape.size() == 3) {
        return {tensor.shape[0], tensor.shape[1], tensor.shape[2]};
    }
    if (tensor.shape.size() == 1) {
        return {1, 1, tensor.shape[0]};
    }
    throw Error("expected height x width x channels, found " + text_of(tensor));
}

/// Nothing is left of an image: the samples are too small for a model.
class TooSmall : public Error {
public:
    using Error::Error;
};

/// The same with other sides. Throws TooSmall where nothing is left of it.
inline Tensor with_sides(const Tensor& in, std::size_t height, std::size_t width,
                         std::size_t channels) {
    if (height == 0 || width == 0 || channels == 0) {
        throw TooSmall("nothing is left of " + text_of(in));
    }
    return {{height, width, channels}, in.element, in.rows};
}

} // namespace fedmrn
