// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "fedmrn/mpi.hpp"

#include <algorithm>
#include <string>

#include "fedmrn/error.hpp"

namespace fedmrn {
namespace {

void check(int status, const char* doing) {
    if (status == MPI_SUCCESS) return;
    char text[MPI_MAX_ERROR_STRING] = "";
    int length = 0;
    MPI_Error_string(status, text, &length);
    throw Error(std::string("MPI: ") + doing + ": " + text, Fault::run);
}

__extension__ typedef unsigned __int128 Wide;

/// An MPI_User_function, with its parameters: sums of 128 bits.
// NOLINTNEXTLINE(readability-non-const-parameter)
void add_pairs(void* given, void* sums, int* count, MPI_Datatype*) {
    const auto* in = static_cast<const Wide*>(given);
    auto* out = static_cast<Wide*>(sums);
    for (int i = 0; i < *count; ++i) out[i] += in[i];
}

class MpiRanks final : public Communicator {
public:
    explicit MpiRanks(MPI_Comm job) {
        check(MPI_Comm_dup(job, &all_), "duplicating a communicator");
        check(MPI_Comm_rank(all_, &rank_), "asking for the rank");
        check(MPI_Comm_size(all_, &size_), "asking for the size");
        check(MPI_Type_contiguous(sizeof(Wide), MPI_BYTE, &pair_), "making a type");
        check(MPI_Type_commit(&pair_), "making a type");
        check(MPI_Op_create(add_pairs, 1, &add_pairs_), "making an operation");
    }
    MpiRanks(const MpiRanks&) = delete;
    MpiRanks& operator=(const MpiRanks&) = delete;
    ~MpiRanks() override {
        int ended = 0;
        MPI_Finalized(&ended);
        if (ended != 0) return;
        MPI_Op_free(&add_pairs_);
        MPI_Type_free(&pair_);
        MPI_Comm_free(&all_);
    }

    [[nodiscard]] std::uint32_t rank() const override { return static_cast<std::uint32_t>(rank_); }
    [[nodiscard]] std::uint32_t size() const override { return static_cast<std::uint32_t>(size_); }

    void add(std::span<std::uint64_t> values) override {
        sum(values.data(), values.size(), MPI_UINT64_T, MPI_SUM, sizeof(std::uint64_t));
    }
    void add_wide(std::span<std::uint64_t> pairs) override {
        sum(pairs.data(), pairs.size() / 2, pair_, add_pairs_, sizeof(Wide));
    }
    std::vector<std::vector<std::byte>> gather(std::span<const std::byte> own) override {
        const std::uint64_t mine = own.size();
        std::vector<std::uint64_t> sizes(size());
        check(MPI_Allgather(&mine, 1, MPI_UINT64_T, sizes.data(), 1, MPI_UINT64_T, all_),
              "gathering sizes");
        std::vector<std::vector<std::byte>> all;
        for (int r = 0; r < size_; ++r) {
            std::vector<std::byte>& bytes = all.emplace_back(sizes[static_cast<std::size_t>(r)]);
            if (r == rank_) std::copy(own.begin(), own.end(), bytes.begin());
            in_pieces(bytes.size(), [&](std::size_t first, int count) {
                return MPI_Bcast(bytes.data() + first, count, MPI_BYTE, r, all_);
            });
        }
        sent_ += (size() - std::uint64_t{1}) * (mine + sizeof mine);
        return all;
    }
    [[nodiscard]] std::uint64_t sent() const override { return sent_; }

private:
    /// Counts of MPI are ints.
    template <class Call> static void in_pieces(std::size_t count, const Call& call) {
        constexpr std::size_t most = std::size_t{1} << 28;
        for (std::size_t first = 0; first < count; first += most)
            check(call(first, static_cast<int>(std::min(most, count - first))), "exchanging");
    }
    void sum(std::uint64_t* values, std::size_t count, MPI_Datatype type, MPI_Op op,
             std::size_t bytes) {
        in_pieces(count, [&](std::size_t first, int some) {
            return MPI_Allreduce(MPI_IN_PLACE, values + first * (bytes / sizeof *values), some,
                                 type, op, all_);
        });
        sent_ += 2 * (size() - std::uint64_t{1}) * count * bytes / size();
    }

    MPI_Comm all_ = MPI_COMM_NULL;
    MPI_Datatype pair_ = MPI_DATATYPE_NULL;
    MPI_Op add_pairs_ = MPI_OP_NULL;
    int rank_ = 0, size_ = 1;
    std::uint64_t sent_ = 0;
};

} // namespace

std::shared_ptr<Communicator> ranks_of(MPI_Comm communicator) {
    return std::make_shared<MpiRanks>(communicator);
}

} // namespace fedmrn
