! SPDX-FileCopyrightText: 2026 The fedmrn authors
! SPDX-License-Identifier: Apache-2.0
!
! The library from Fortran: the C API of fedmrn/fedmrn.h by iso_c_binding; rounds, and parameters that
! are read, changed and written.
module fedmrn
    use, intrinsic :: iso_c_binding
    implicit none

    interface
        integer(c_int) function fedmrn_config_parse(toml, config) bind(c)
            import
            character(kind=c_char), intent(in) :: toml(*)
            type(c_ptr), intent(out) :: config
        end function
        integer(c_int) function fedmrn_data_load(config, data) bind(c)
            import
            type(c_ptr), value :: config
            type(c_ptr), intent(out) :: data
        end function
        integer(c_int) function fedmrn_open(config, data, experiment) bind(c)
            import
            type(c_ptr), value :: config, data
            type(c_ptr), intent(out) :: experiment
        end function
        integer(c_int) function fedmrn_round(experiment, metrics) bind(c)
            import
            type(c_ptr), value :: experiment, metrics ! metrics: c_null_ptr, nobody wants them
        end function
        integer(c_int) function fedmrn_metric(experiment, name, value) bind(c)
            import
            type(c_ptr), value :: experiment
            character(kind=c_char), intent(in) :: name(*)
            real(c_double), intent(out) :: value
        end function
        integer(c_int64_t) function fedmrn_parameters(experiment) bind(c)
            import
            type(c_ptr), value :: experiment
        end function
        integer(c_int) function fedmrn_read_parameters(experiment, values, count) bind(c)
            import
            type(c_ptr), value :: experiment
            real(c_float), intent(out) :: values(*)
            integer(c_int64_t), value :: count
        end function
        integer(c_int) function fedmrn_write_parameters(experiment, values, count) bind(c)
            import
            type(c_ptr), value :: experiment
            real(c_float), intent(in) :: values(*)
            integer(c_int64_t), value :: count
        end function
        subroutine fedmrn_config_free(config) bind(c)
            import
            type(c_ptr), value :: config
        end subroutine
        subroutine fedmrn_data_free(data) bind(c)
            import
            type(c_ptr), value :: data
        end subroutine
        subroutine fedmrn_close(experiment) bind(c)
            import
            type(c_ptr), value :: experiment
        end subroutine
    end interface
end module

program rounds
    use fedmrn
    implicit none
    character(kind=c_char, len=*), parameter :: nl = c_new_line
    character(kind=c_char, len=*), parameter :: toml = &
        '[data]'//nl//'name = "synthetic"'//nl//'clients = 5'//nl// &
        '[client]'//nl//'cohort = 5'//nl//'epochs = 10'//nl//'batch = 32'//nl// &
        '[model]'//nl//'name = "mlp"'//nl//'[method]'//nl//'name = "fedavg"'//nl//c_null_char
    type(c_ptr) :: config, data, experiment
    real(c_float), allocatable :: values(:), again(:)
    real(c_double) :: accuracy
    integer :: round

    call must(fedmrn_config_parse(toml, config))
    call must(fedmrn_data_load(config, data))
    call must(fedmrn_open(config, data, experiment))
    call fedmrn_config_free(config)
    call fedmrn_data_free(data)
    do round = 1, 10
        call must(fedmrn_round(experiment, c_null_ptr))
        call must(fedmrn_metric(experiment, 'accuracy'//c_null_char, accuracy))
        print '(a, i3, a, f6.3)', 'round', round, '  accuracy', accuracy
    end do

    allocate(values(fedmrn_parameters(experiment)), again(fedmrn_parameters(experiment)))
    call must(fedmrn_read_parameters(experiment, values, size(values, kind=c_int64_t)))
    values = 0.5 * values
    call must(fedmrn_write_parameters(experiment, values, size(values, kind=c_int64_t)))
    call must(fedmrn_read_parameters(experiment, again, size(again, kind=c_int64_t)))
    call fedmrn_close(experiment)
    if (any(again /= values) .or. accuracy < 0.7) error stop 'not what was expected'

contains
    subroutine must(status)
        integer(c_int), intent(in) :: status
        if (status /= 0) error stop 'a call of fedmrn failed'
    end subroutine
end program
