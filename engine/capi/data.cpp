// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/capi/guarded.hpp"
#include "engine/capi/handles.hpp"
#include "fedmrn/images.hpp"

using fedmrn::capi::given;
using fedmrn::capi::guarded;
using fedmrn::capi::hand_over;

namespace {

fedmrn::Images images_of(const fedmrn_images& images, std::size_t size, const char* name) {
    if (images.samples == 0) {
        throw fedmrn::Error(std::string(name) + ": expected samples, found none");
    }
    const std::uint8_t* pixels = &given(images.pixels, "pixels");
    const std::uint16_t* labels = &given(images.labels, "labels");
    return {{pixels, pixels + images.samples * size}, {labels, labels + images.samples}, {}, {}};
}

} // namespace

fedmrn_status fedmrn_data_load(const fedmrn_config* config, fedmrn_data** data) {
    return guarded([&] {
        const fedmrn::Config& read = given(config, "config").read;
        hand_over(std::make_unique<fedmrn_data>(
                      fedmrn_data{fedmrn::load_dataset(read.data, read.experiment.seed)}),
                  data, "data");
    });
}

fedmrn_status fedmrn_data_images(fedmrn_shape shape, const fedmrn_images* train,
                                 const fedmrn_images* test, fedmrn_data** data) {
    return guarded([&] {
        const fedmrn::ImageShape image{shape.height, shape.width, shape.channels};
        fedmrn_data made{fedmrn::image_dataset(
            "images", image, shape.classes, images_of(given(train, "train"), image.size(), "train"),
            images_of(given(test, "test"), image.size(), "test"))};
        fedmrn::check(made.set);
        hand_over(std::make_unique<fedmrn_data>(std::move(made)), data, "data");
    });
}

void fedmrn_data_free(fedmrn_data* data) { delete data; }
