// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstring>
#include <stdexcept>
#include <vector>

#include <cuda_runtime_api.h>

/// An array in device memory, for tests.
template <class T> class DeviceArray {
public:
    explicit DeviceArray(std::size_t size) : size_(size) {
        check(cudaMalloc(reinterpret_cast<void**>(&data_), size * sizeof(T)));
    }
    explicit DeviceArray(const std::vector<T>& host) : DeviceArray(host.size()) {
        check(cudaMemcpy(data_, host.data(), size_ * sizeof(T), cudaMemcpyHostToDevice));
    }
    DeviceArray(const DeviceArray&) = delete;
    DeviceArray& operator=(const DeviceArray&) = delete;
    ~DeviceArray() { cudaFree(data_); }
    [[nodiscard]] T* data() const { return data_; }
    [[nodiscard]] std::vector<T> read() const {
        std::vector<T> host(size_);
        check(cudaMemcpy(host.data(), data_, size_ * sizeof(T), cudaMemcpyDeviceToHost));
        return host;
    }

private:
    static void check(cudaError_t error) {
        if (error != cudaSuccess) throw std::runtime_error(cudaGetErrorString(error));
    }
    T* data_ = nullptr;
    std::size_t size_;
};
