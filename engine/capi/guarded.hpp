// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <exception>
#include <memory>
#include <new>
#include <string>

#include "fedmrn/error.hpp"
#include "fedmrn/fedmrn.h"

namespace fedmrn::capi {

/// Keeps a thread's text for fedmrn_error().
void keep_error(const char* text) noexcept;

/// What an argument points to. Throws Error where it is null.
template <class T> T& given(T* argument, const char* name) {
    if (argument == nullptr) {
        throw Error(std::string(name) + ": expected a pointer, found NULL");
    }
    return *argument;
}

/// Gives the caller what was made. Throws Error where there is no place for it.
template <class T> void hand_over(std::unique_ptr<T> made, T** place, const char* name) {
    T*& here = given(place, name);
    here = made.release();
}

/// Does the work of a function of the C API; nothing that it throws gets out.
template <class Work> fedmrn_status guarded(const Work& work) noexcept {
    try {
        work();
        return FEDMRN_OK;
    } catch (const Stopped& stopped) {
        keep_error(stopped.what());
        return FEDMRN_STOPPED;
    } catch (const Error& error) {
        keep_error(error.what());
        return error.fault() == Fault::input ? FEDMRN_INPUT : FEDMRN_RUN;
    } catch (const std::bad_alloc&) {
        keep_error("out of memory");
    } catch (const std::exception& error) {
        keep_error(error.what());
    } catch (...) {
        keep_error("something that is no error was thrown");
    }
    return FEDMRN_RUN;
}

} // namespace fedmrn::capi
