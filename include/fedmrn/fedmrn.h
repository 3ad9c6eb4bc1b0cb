// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdint.h>

/* The library for C, Fortran and whatever calls C. What makes a handle gives it to the caller, who
 * frees it; freeing NULL does nothing. What is passed in is read during the call and copied where
 * it is kept. A handle is used by one thread at a time, but for fedmrn_stop; different handles may
 * be used by different threads. No exception gets out, nothing is printed, nothing exits. */
#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* What a call came to. Where it is not FEDMRN_OK, nothing was made or changed. */
typedef enum fedmrn_status {
    FEDMRN_OK = 0,
    FEDMRN_RUN = 1,    /* the run itself failed: loss not finite, disk full, out of memory */
    FEDMRN_INPUT = 2,  /* something the caller gave is wrong */
    FEDMRN_STOPPED = 3 /* fedmrn_stop was called */
} fedmrn_status;

/* One line of what was wrong in this thread's last call that failed, at most 1023 bytes, until the
 * next such call of the thread; empty before one. */
const char* fedmrn_error(void);

/* "major.minor.patch" */
const char* fedmrn_version(void);

/* An experiment as TOML says it: docs/keys.md. */
typedef struct fedmrn_config fedmrn_config;
fedmrn_status fedmrn_config_parse(const char* toml, fedmrn_config** config);
fedmrn_status fedmrn_config_load(const char* file, fedmrn_config** config);
/* "section.key=value", as --set of the command line. */
fedmrn_status fedmrn_config_set(fedmrn_config* config, const char* assignment);
void fedmrn_config_free(fedmrn_config* config);

/* Samples to train and to test on. */
typedef struct fedmrn_data fedmrn_data;
/* What the configuration's [data] names. */
fedmrn_status fedmrn_data_load(const fedmrn_config* config, fedmrn_data** data);

typedef struct fedmrn_images {
    const uint8_t* pixels;  /* [samples][height][width][channels], read as byte / 255 */
    const uint16_t* labels; /* [samples], 0 ... classes - 1 */
    uint64_t samples;
} fedmrn_images;
typedef struct fedmrn_shape {
    uint32_t height, width, channels, classes;
} fedmrn_shape;
fedmrn_status fedmrn_data_images(fedmrn_shape shape, const fedmrn_images* train,
                                 const fedmrn_images* test, fedmrn_data** data);
void fedmrn_data_free(fedmrn_data* data);

/* An experiment on one device. It needs neither configuration nor data once it is open. */
typedef struct fedmrn_experiment fedmrn_experiment;
fedmrn_status fedmrn_open(const fedmrn_config* config, const fedmrn_data* data,
                          fedmrn_experiment** experiment);
void fedmrn_close(fedmrn_experiment* experiment);

/* What a round did. Counts are of the whole cohort, bytes those of encoded messages. */
typedef struct fedmrn_metrics {
    uint32_t round;     /* 1 ... */
    uint32_t evaluated; /* 0: loss is not a number, and no metric has a value */
    double loss;        /* mean over the test samples */
    double train_loss;  /* mean over the samples trained on; not a number where all dropped out */
    double seconds;     /* of a wall clock */
    uint64_t samples;   /* trained on, each epoch counted */
    uint64_t messages;  /* clients that uploaded */
    uint64_t dropped;   /* clients that did not */
    uint64_t uplink_bytes, downlink_bytes;
} fedmrn_metrics;
/* Runs one round; metrics may be NULL. What is past the configuration's rounds may be run too. */
fedmrn_status fedmrn_round(fedmrn_experiment* experiment, fedmrn_metrics* metrics);
/* A metric of model.metrics in the last round, "accuracy"; not a number where it was not evaluated.
 */
fedmrn_status fedmrn_metric(const fedmrn_experiment* experiment, const char* name, double* value);
/* From any thread: the round in progress ends with FEDMRN_STOPPED at the end of the current local
 * step, and has not been. Without one it does nothing. */
void fedmrn_stop(fedmrn_experiment* experiment);

/* Rounds done; and those that the configuration wants. */
uint32_t fedmrn_rounds_done(const fedmrn_experiment* experiment);
uint32_t fedmrn_rounds(const fedmrn_experiment* experiment);

/* The global state: all trained parameters, then statistics, float32. count: fedmrn_parameters. */
uint64_t fedmrn_parameters(const fedmrn_experiment* experiment);
fedmrn_status fedmrn_read_parameters(const fedmrn_experiment* experiment, float* values,
                                     uint64_t count);
fedmrn_status fedmrn_write_parameters(fedmrn_experiment* experiment, const float* values,
                                      uint64_t count);

/* A file of all that decides the rest of the run; it is put in place by renaming. restore: of an
 * experiment with the same configuration and data, which goes on to the same bits. */
fedmrn_status fedmrn_save(const fedmrn_experiment* experiment, const char* file);
fedmrn_status fedmrn_restore(fedmrn_experiment* experiment, const char* file);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
