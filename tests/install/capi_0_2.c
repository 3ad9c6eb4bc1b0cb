// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
//
// The C API as it was published, declared once more behind the header that is installed: a compiler
// refuses both together where they differ. abi.sh compiles it as C, for the library's own machine.
#include <stddef.h>
#include <stdint.h>

#include <fedmrn/fedmrn.h>

// 0.2
const char* fedmrn_error(void);
const char* fedmrn_version(void);
fedmrn_status fedmrn_config_parse(const char* toml, fedmrn_config** config);
fedmrn_status fedmrn_config_load(const char* file, fedmrn_config** config);
fedmrn_status fedmrn_config_set(fedmrn_config* config, const char* assignment);
void fedmrn_config_free(fedmrn_config* config);
fedmrn_status fedmrn_data_load(const fedmrn_config* config, fedmrn_data** data);
fedmrn_status fedmrn_data_images(fedmrn_shape shape, const fedmrn_images* train,
                                 const fedmrn_images* test, fedmrn_data** data);
void fedmrn_data_free(fedmrn_data* data);
fedmrn_status fedmrn_open(const fedmrn_config* config, const fedmrn_data* data,
                          fedmrn_experiment** experiment);
void fedmrn_close(fedmrn_experiment* experiment);
fedmrn_status fedmrn_round(fedmrn_experiment* experiment, fedmrn_metrics* metrics);
fedmrn_status fedmrn_metric(const fedmrn_experiment* experiment, const char* name, double* value);
void fedmrn_stop(fedmrn_experiment* experiment);
uint32_t fedmrn_rounds_done(const fedmrn_experiment* experiment);
uint32_t fedmrn_rounds(const fedmrn_experiment* experiment);
uint64_t fedmrn_parameters(const fedmrn_experiment* experiment);
fedmrn_status fedmrn_read_parameters(const fedmrn_experiment* experiment, float* values,
                                     uint64_t count);
fedmrn_status fedmrn_write_parameters(fedmrn_experiment* experiment, const float* values,
                                      uint64_t count);
fedmrn_status fedmrn_save(const fedmrn_experiment* experiment, const char* file);
fedmrn_status fedmrn_restore(fedmrn_experiment* experiment, const char* file);

_Static_assert(sizeof(fedmrn_status) == 4, "an enum is an int");
_Static_assert(FEDMRN_OK == 0 && FEDMRN_RUN == 1, "");
_Static_assert(FEDMRN_INPUT == 2 && FEDMRN_STOPPED == 3, "");

#define AT(type, member, offset)                                                                   \
    _Static_assert(offsetof(type, member) == (offset), #type "." #member " has moved")
#define IS(type, member, kind)                                                                     \
    _Static_assert(_Generic(((type*)0)->member, kind : 1, default : 0),                            \
                   #type "." #member " has another type")

_Static_assert(sizeof(fedmrn_images) == 24, "fedmrn_images has another size");
AT(fedmrn_images, pixels, 0);
IS(fedmrn_images, pixels, const uint8_t*);
AT(fedmrn_images, labels, 8);
IS(fedmrn_images, labels, const uint16_t*);
AT(fedmrn_images, samples, 16);
IS(fedmrn_images, samples, uint64_t);

_Static_assert(sizeof(fedmrn_shape) == 16, "fedmrn_shape has another size");
AT(fedmrn_shape, height, 0);
IS(fedmrn_shape, height, uint32_t);
AT(fedmrn_shape, width, 4);
IS(fedmrn_shape, width, uint32_t);
AT(fedmrn_shape, channels, 8);
IS(fedmrn_shape, channels, uint32_t);
AT(fedmrn_shape, classes, 12);
IS(fedmrn_shape, classes, uint32_t);

_Static_assert(sizeof(fedmrn_metrics) == 72, "fedmrn_metrics has another size");
AT(fedmrn_metrics, round, 0);
IS(fedmrn_metrics, round, uint32_t);
AT(fedmrn_metrics, evaluated, 4);
IS(fedmrn_metrics, evaluated, uint32_t);
AT(fedmrn_metrics, loss, 8);
IS(fedmrn_metrics, loss, double);
AT(fedmrn_metrics, train_loss, 16);
IS(fedmrn_metrics, train_loss, double);
AT(fedmrn_metrics, seconds, 24);
IS(fedmrn_metrics, seconds, double);
AT(fedmrn_metrics, samples, 32);
IS(fedmrn_metrics, samples, uint64_t);
AT(fedmrn_metrics, messages, 40);
IS(fedmrn_metrics, messages, uint64_t);
AT(fedmrn_metrics, dropped, 48);
IS(fedmrn_metrics, dropped, uint64_t);
AT(fedmrn_metrics, uplink_bytes, 56);
IS(fedmrn_metrics, uplink_bytes, uint64_t);
AT(fedmrn_metrics, downlink_bytes, 64);
IS(fedmrn_metrics, downlink_bytes, uint64_t);
