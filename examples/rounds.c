// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
/*
 * The library from C: images from memory, rounds, a checkpoint, and a second experiment that goes
 * on from it to the same parameters. rounds_c CHECKPOINT
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <fedmrn/fedmrn.h>

enum { side = 8, samples = 400 };

/* Ends the program with the library's line where a call failed. */
static void must(fedmrn_status status) {
    if (status != FEDMRN_OK) {
        fprintf(stderr, "rounds_c: %s\n", fedmrn_error());
        exit(status);
    }
}

/* A bright line on a dark ground, upright or lying. */
static fedmrn_images lines(uint8_t* pixels, uint16_t* labels) {
    for (int i = 0; i < samples; ++i) {
        labels[i] = (uint16_t)(i % 2);
        for (int p = 0; p < side * side; ++p) {
            const int place = labels[i] == 0 ? p % side : p / side;
            pixels[i * side * side + p] = (uint8_t)(rand() % 100 + (place == i / 2 % side) * 150);
        }
    }
    return (fedmrn_images){pixels, labels, samples};
}

static fedmrn_experiment* opened(const fedmrn_config* config, const fedmrn_data* data) {
    fedmrn_experiment* experiment = NULL;
    must(fedmrn_open(config, data, &experiment));
    return experiment;
}

static float* parameters(const fedmrn_experiment* experiment) {
    const uint64_t count = fedmrn_parameters(experiment);
    float* values = malloc(count * sizeof *values);
    must(fedmrn_read_parameters(experiment, values, count));
    return values;
}

int main(int count, char** words) {
    const char* file = count > 1 ? words[1] : "rounds_c.safetensors";
    static uint8_t pixels[2][samples * side * side];
    static uint16_t labels[2][samples];
    const fedmrn_images train = lines(pixels[0], labels[0]), test = lines(pixels[1], labels[1]);
    fedmrn_data* data = NULL;
    must(fedmrn_data_images((fedmrn_shape){side, side, 1, 2}, &train, &test, &data));

    fedmrn_config* config = NULL;
    must(fedmrn_config_parse("[experiment]\nrounds = 10\n"
                             "[data]\nclients = 4\n"
                             "[client]\ncohort = 4\nepochs = 10\nbatch = 10\nlr = 0.1\n"
                             "[model]\nname = \"mlp\"\n"
                             "[method]\nname = \"qsgd\"\n",
                             &config));
    if (fedmrn_config_set(config, "client.epochs=none") == FEDMRN_OK) return 1;
    printf("an error, as it is told: %s\n", fedmrn_error());

    fedmrn_experiment* experiment = opened(config, data);
    fedmrn_experiment* other = opened(config, data);
    fedmrn_config_free(config);
    fedmrn_data_free(data); /* neither is needed any more */

    double accuracy = 0;
    while (fedmrn_rounds_done(experiment) < fedmrn_rounds(experiment)) {
        fedmrn_metrics metrics;
        must(fedmrn_round(experiment, &metrics));
        must(fedmrn_metric(experiment, "accuracy", &accuracy));
        printf("round %2u  accuracy %.3f  %llu bytes\n", metrics.round, accuracy,
               (unsigned long long)metrics.uplink_bytes);
        if (metrics.round == 5) must(fedmrn_save(experiment, file));
    }

    must(fedmrn_restore(other, file));
    while (fedmrn_rounds_done(other) < fedmrn_rounds(other)) must(fedmrn_round(other, NULL));
    float *one = parameters(experiment), *two = parameters(other);
    const int equal = !memcmp(one, two, fedmrn_parameters(other) * sizeof *one);
    printf("restored and gone on: %s\n", equal ? "the same bits" : "other bits");
    free(one);
    free(two);
    fedmrn_close(experiment);
    fedmrn_close(other);
    return equal && accuracy > 0.9 ? 0 : 1;
}
