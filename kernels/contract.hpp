// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>
#include <string>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

#include "kernels/device.hpp"

namespace fedmrn::kernels {

/// What is certain of a contract's results.
enum class Exactness {
    bits,       ///< equal on every device, thread, lane and rank count
    run_to_run, ///< equal again on the same build and machine, at any lane count
    tolerance,  ///< bounded against a float64 reference
};

/// What a contract is, whatever its arguments. There is one object of each, in a header of
/// kernels/: its address stands for it.
struct ContractInfo {
    const char* name;
    Exactness exactness;

    constexpr ContractInfo(const char* contract, Exactness level)
        : name(contract), exactness(level) {}
    ContractInfo(const ContractInfo&) = delete;
    ContractInfo& operator=(const ContractInfo&) = delete;
};

/// What a parameter of a contract is for who fulfils it: a DevicePointer is an address there.
template <class T> struct Fulfilled {
    using type = T;
    static T&& of(T& argument) { return std::forward<T>(argument); }
};
template <class T> struct Fulfilled<DevicePointer<T>> {
    using type = T*;
    static T* of(DevicePointer<T> argument) { return argument.get(); }
};

/// Whether a function has parameters that do not say on which side they point.
template <class Function> inline constexpr bool takes_addresses = false;
template <class Result, class... Arguments>
inline constexpr bool takes_addresses<Result(Arguments...)> = (std::is_pointer_v<Arguments> || ...);

template <class Function> class Contract;

/// A device's table: the contracts that it fulfils, and the functions that do it.
class Backend {
public:
    /// parts: what sets the contracts of a file each. absence: why one is not here, where there is
    /// more to say than which.
    explicit Backend(std::string name, std::initializer_list<void (*)(Backend&)> parts,
                     std::string absence = {});
    Backend(const Backend&) = delete;
    Backend& operator=(const Backend&) = delete;
    virtual ~Backend() = default;

    /// A contract has one function.
    template <class Function>
    void set(const Contract<Function>& contract,
             typename Contract<Function>::Fulfilling* function) {
        insert(contract, reinterpret_cast<Any*>(function));
    }
    /// Throws Error where it is not here.
    template <class Function>
    typename Contract<Function>::Fulfilling* at(const Contract<Function>& contract) const {
        return reinterpret_cast<typename Contract<Function>::Fulfilling*>(find(contract));
    }
    [[nodiscard]] const std::string& name() const { return name_; }
    /// Those that are here, by name.
    [[nodiscard]] std::vector<const ContractInfo*> contracts() const;

protected:
    using Any = void();
    [[nodiscard]] virtual Any* find(const ContractInfo& contract) const;

private:
    void insert(const ContractInfo& contract, Any* function);

    std::string name_, absence_;
    std::unordered_map<const ContractInfo*, Any*> functions_;
};

/// A function that every device has in its own way: called, it is the one in the table of the
/// device that it is given.
template <class Result, class... Arguments>
class Contract<Result(Device&, Arguments...)> : public ContractInfo {
    static_assert(!takes_addresses<Result(Arguments...)>, "a contract takes a DevicePointer");

public:
    using ContractInfo::ContractInfo;
    /// A function that fulfils it.
    using Fulfilling = Result(Device&, typename Fulfilled<Arguments>::type...);
    Result operator()(Device& device, Arguments... arguments) const {
        return device.backend().at(*this)(device, Fulfilled<Arguments>::of(arguments)...);
    }
};

} // namespace fedmrn::kernels
