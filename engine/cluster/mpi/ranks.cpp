// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "fedmrn/mpi.hpp"

#include <algorithm>
#include <exception>
#include <mutex>
#include <string>
#include <vector>

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

class MpiRanks final : public Communicator, public std::enable_shared_from_this<MpiRanks> {
public:
    explicit MpiRanks(MPI_Comm job) {
        check(MPI_Comm_dup(job, &all_), "duplicating a communicator");
        check(MPI_Comm_rank(all_, &rank_), "asking for the rank");
        check(MPI_Comm_size(all_, &size_), "asking for the size");
        check(MPI_Comm_split_type(all_, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &machine_),
              "asking who shares memory");
        check(MPI_Comm_rank(machine_, &local_), "asking for the rank");
        check(MPI_Type_contiguous(sizeof(Wide), MPI_BYTE, &pair_), "making a type");
        check(MPI_Type_commit(&pair_), "making a type");
        check(MPI_Op_create(add_pairs, 1, &add_pairs_), "making an operation");
        if (size_ > 1) open_counter();
    }
    MpiRanks(const MpiRanks&) = delete;
    MpiRanks& operator=(const MpiRanks&) = delete;
    ~MpiRanks() override {
        int ended = 0;
        MPI_Finalized(&ended);
        if (ended != 0) return;
        // All ranks end a window together. After an error the others are elsewhere.
        if (std::uncaught_exceptions() == 0) {
            for (MPI_Win& window : shared_) MPI_Win_free(&window);
            if (counter_ != MPI_WIN_NULL) {
                MPI_Win_unlock_all(counter_);
                MPI_Win_free(&counter_);
            }
        }
        MPI_Op_free(&add_pairs_);
        MPI_Type_free(&pair_);
        MPI_Comm_free(&machine_);
        MPI_Comm_free(&all_);
    }

    [[nodiscard]] std::uint32_t rank() const override { return static_cast<std::uint32_t>(rank_); }
    [[nodiscard]] std::uint32_t size() const override { return static_cast<std::uint32_t>(size_); }
    [[nodiscard]] std::uint32_t local_rank() const override {
        return static_cast<std::uint32_t>(local_);
    }

    void add(std::span<std::uint64_t> values) override {
        sum(values.data(), values.size(), MPI_UINT64_T, MPI_SUM, sizeof(std::uint64_t));
    }
    void add_wide(std::span<std::uint64_t> pairs) override {
        sum(pairs.data(), pairs.size() / 2, pair_, add_pairs_, sizeof(Wide));
    }
    std::vector<std::vector<std::byte>> gather(std::span<const std::byte> own) override {
        const std::scoped_lock lock(mutex_);
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
        sent_ += (size() - std::uint64_t{1}) * mine;
        return all;
    }
    /// In a window of the machine's ranks that ends with this object, which what is returned holds.
    std::shared_ptr<const std::byte>
    share(std::size_t bytes, const std::function<void(std::span<std::byte>)>& fill) override {
        const std::scoped_lock lock(mutex_);
        std::uint64_t size = bytes;
        check(MPI_Bcast(&size, 1, MPI_UINT64_T, 0, machine_), "sharing memory");
        if (size == 0) return nullptr;
        MPI_Win& window = shared_.emplace_back(MPI_WIN_NULL);
        void* memory = nullptr;
        check(MPI_Win_allocate_shared(local_ == 0 ? static_cast<MPI_Aint>(size) : 0, 1,
                                      MPI_INFO_NULL, machine_, &memory, &window),
              "sharing memory");
        MPI_Aint given = 0;
        int unit = 0;
        check(MPI_Win_shared_query(window, 0, &given, &unit, &memory), "sharing memory");
        check(MPI_Win_lock_all(MPI_MODE_NOCHECK, window), "sharing memory");
        if (local_ == 0) fill({static_cast<std::byte*>(memory), size});
        check(MPI_Win_sync(window), "sharing memory");
        check(MPI_Barrier(machine_), "sharing memory");
        check(MPI_Win_sync(window), "sharing memory");
        check(MPI_Win_unlock_all(window), "sharing memory");
        return {shared_from_this(), static_cast<const std::byte*>(memory)};
    }
    std::uint64_t take() override {
        const std::scoped_lock lock(mutex_);
        if (size_ == 1) return taken_++;
        const std::uint64_t one = 1;
        std::uint64_t place = 0;
        check(MPI_Fetch_and_op(&one, &place, MPI_UINT64_T, 0, 0, MPI_SUM, counter_), "counting");
        check(MPI_Win_flush(0, counter_), "counting");
        if (rank_ != 0) sent_ += sizeof one;
        return place;
    }
    /// A network without atomics of its own adds to rank 0's counter while that is in MPI.
    void progress() override {
        const std::unique_lock lock(mutex_, std::try_to_lock);
        if (!lock || size_ == 1 || rank_ != 0) return;
        int found = 0;
        check(MPI_Iprobe(MPI_ANY_SOURCE, MPI_ANY_TAG, all_, &found, MPI_STATUS_IGNORE), "looking");
    }
    [[nodiscard]] std::uint64_t sent() const override { return sent_; }

private:
    /// Rank 0's, open to all until the end.
    void open_counter() {
        int given = 0;
        check(MPI_Query_thread(&given), "asking for the level of threads");
        if (given < MPI_THREAD_SERIALIZED)
            throw Error("MPI: initialised for one thread alone; lanes take their clients from "
                        "threads of their own: MPI_THREAD_SERIALIZED or more is needed",
                        Fault::run);
        void* memory = nullptr;
        const MPI_Aint bytes = rank_ == 0 ? sizeof(std::uint64_t) : 0;
        check(
            MPI_Win_allocate(bytes, sizeof(std::uint64_t), MPI_INFO_NULL, all_, &memory, &counter_),
            "opening a counter");
        check(MPI_Win_lock_all(MPI_MODE_NOCHECK, counter_), "opening a counter");
        if (rank_ == 0) {
            const std::uint64_t none = 0;
            check(MPI_Put(&none, 1, MPI_UINT64_T, 0, 0, 1, MPI_UINT64_T, counter_), "counting");
            check(MPI_Win_flush(0, counter_), "counting");
        }
        check(MPI_Barrier(all_), "opening a counter");
    }
    /// Counts of MPI are ints.
    template <class Call> static void in_pieces(std::size_t count, const Call& call) {
        constexpr std::size_t most = std::size_t{1} << 28;
        for (std::size_t first = 0; first < count; first += most)
            check(call(first, static_cast<int>(std::min(most, count - first))), "exchanging");
    }
    void sum(std::uint64_t* values, std::size_t count, MPI_Datatype type, MPI_Op op,
             std::size_t bytes) {
        const std::scoped_lock lock(mutex_);
        in_pieces(count, [&](std::size_t first, int some) {
            return MPI_Allreduce(MPI_IN_PLACE, values + first * (bytes / sizeof *values), some,
                                 type, op, all_);
        });
        sent_ += 2 * (size() - std::uint64_t{1}) * count * bytes / size();
    }

    MPI_Comm all_ = MPI_COMM_NULL, machine_ = MPI_COMM_NULL;
    MPI_Datatype pair_ = MPI_DATATYPE_NULL;
    MPI_Op add_pairs_ = MPI_OP_NULL;
    MPI_Win counter_ = MPI_WIN_NULL;
    std::vector<MPI_Win> shared_;
    int rank_ = 0, size_ = 1, local_ = 0;
    std::uint64_t taken_ = 0, sent_ = 0;
    std::mutex mutex_; ///< one thread at a time in MPI
};

} // namespace

std::shared_ptr<Communicator> ranks_of(MPI_Comm communicator) {
    return std::make_shared<MpiRanks>(communicator);
}

} // namespace fedmrn
