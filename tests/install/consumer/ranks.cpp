// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <span>

#include <fedmrn/mpi.hpp>

// A job that owns MPI and shares an experiment's sums among its ranks.
int main(int argc, char** argv) {
    int given = 0;
    MPI_Init_thread(&argc, &argv, MPI_THREAD_SERIALIZED, &given);
    bool right = false;
    {
        const auto ranks = fedmrn::ranks_of(MPI_COMM_WORLD);
        std::uint64_t sums[] = {ranks->rank() + 1u, ~std::uint64_t{0}}; // the second one wraps
        ranks->add(sums);
        std::uint64_t wide[] = {~std::uint64_t{0}, 0}; // 2^64 - 1 as a pair
        ranks->add_wide(wide);
        std::uint64_t places[] = {ranks->take() + ranks->take()}; // of both ranks: 0 1 2 3
        ranks->add(places);
        const std::byte own[] = {std::byte{static_cast<unsigned char>(ranks->rank())}};
        const auto all = ranks->gather(own);
        right = ranks->size() == 2 && ranks->local_rank() == ranks->rank() && sums[0] == 3 &&
                sums[1] == ~std::uint64_t{0} - 1 && wide[0] == ~std::uint64_t{0} - 1 &&
                wide[1] == 1 && all.size() == 2 && places[0] == 6 && all[1].at(0) == std::byte{1} &&
                ranks->sent() != 0;
        if (!right) std::puts("the ranks do not agree");
    }
    MPI_Finalize();
    return right ? 0 : 1;
}
