# Each seeded bug, and the cheapest mode that reports it:
#   plain    no sanitizer: results, errors of the simulator, canaries, unreachable pages
#   lazy     plain, streams as late as they may, graph nodes in any order that the graph allows
#   early    plain, the last thread first and asynchronous copies at once
#   address  the address and undefined-behaviour sanitizers
#   thread   the thread sanitizer: every race, also one that no schedule makes visible
set(seeded_bugs
  "plain|missing_barrier|reverse: wrong result"
  "plain|missing_second_barrier|reverse: wrong result"
  "plain|missing_first_barrier|histogram: wrong result"
  "plain|divergent_barrier|divergent __syncthreads: thread .* others at"
  "plain|divergent_ballot|lanes of one mask call different collectives"
  "plain|wrong_warp_mask|is not in its own mask"
  "plain|missing_syncwarp|rotate: wrong result"
  "plain|shuffle_from_ended_lane|rotate: wrong result"
  "plain|missing_grid_sync|ring: wrong result"
  "plain|unwritten_shared|reverse: wrong result"
  "plain|shared_overrun|overrun of 512 bytes of shared memory"
  "plain|dynamic_shared_overrun|overrun of 400 bytes of shared memory"
  "plain|missing_copy_wait|staged: wrong result"
  "plain|short_copy_wait|pipelined: wrong result"
  "early|early_copy|pipelined: wrong result"
  "plain|misaligned_row|not 16-byte aligned"
  "plain|global_overrun_write|wrote around a device allocation"
  "plain|wrong_lane_stride|scale: wrong result"
  "plain|missing_tail|scale: wrong result"
  "plain|unwritten_device|scale: wrong result"
  "plain|host_dereference|the host touched device memory"
  "plain|host_pointer_argument|a pointer to host memory"
  "plain|use_after_free|use of freed device memory"
  "plain|double_free|cudaErrorInvalidValue"
  "plain|too_many_threads|invalid configuration argument"
  "plain|ignored_launch_error|memory: wrong result"
  "plain|stale_graph_pointer|use of freed device memory"
  "plain|synchronize_in_capture|cudaErrorStreamCaptureUnsupported"
  "plain|allocate_in_capture|cudaErrorStreamCaptureUnsupported"
  "plain|unjoined_fork|cudaErrorStreamCaptureUnjoined"
  "lazy|missing_stream_wait|streams: wrong result"
  "lazy|missing_synchronize|streams: wrong result"
  "lazy|source_reused_early|upload: wrong result"
  "lazy|freed_before_use|use of freed device memory"
  "lazy|missing_graph_dependency|graphs: wrong result"
  "address|shared_overrun|out of bounds|AddressSanitizer"
  "address|dynamic_shared_overrun|AddressSanitizer"
  "address|global_overrun_write|AddressSanitizer"
  "address|global_overrun_read|AddressSanitizer"
  "address|host_dereference|AddressSanitizer"
  "address|use_after_free|AddressSanitizer"
  "address|stale_graph_pointer|AddressSanitizer"
  "thread|race_in_block|data race"
  "thread|race_between_blocks|data race"
  "thread|missing_fence|data race"
  "thread|missing_barrier|data race"
  "thread|missing_second_barrier|data race"
  "thread|missing_syncwarp|data race"
  "thread|missing_grid_sync|data race"
)

# A build without sanitizers makes the two sanitized programs too; a sanitized build, its own.
set(variants plain address thread)
if(FEDMRN_SANITIZE MATCHES "address")
  set(variants address)
elseif(FEDMRN_SANITIZE MATCHES "thread")
  set(variants thread)
endif()
simt_wrap(wrapper seeded_bugs.cu)
foreach(variant ${variants})
  set(simulator fedmrn_simt)
  if(NOT variant STREQUAL "plain" AND NOT FEDMRN_SANITIZE)
    set(simulator fedmrn_simt_${variant})
  endif()
  add_executable(seeded_bugs_${variant} ${wrapper})
  target_include_directories(seeded_bugs_${variant} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
  target_link_libraries(seeded_bugs_${variant} PRIVATE ${simulator}_kernels)
  target_compile_options(seeded_bugs_${variant} PRIVATE -Wall -Wextra -Wshadow -g1 -O1)
endforeach()

# simt_seeded(mode bug report schedule): the program of the mode makes the bug; report is a regex,
# empty where nothing may be reported.
function(simt_seeded mode bug report schedule)
  set(variant ${mode})
  set(environment "SIMT_SCHED=${schedule};TSAN_OPTIONS=halt_on_error=1")
  if(mode MATCHES "lazy|early")
    set(variant plain)
  endif()
  if(mode STREQUAL "lazy")
    list(APPEND environment SIMT_STREAMS=lazy)
  endif()
  if(NOT TARGET seeded_bugs_${variant})
    return()
  endif()
  string(REPLACE ":" "_" label ${schedule})
  set(name simt.seeded.${mode}.${label}.${bug})
  add_test(NAME ${name} COMMAND ${CMAKE_COMMAND} -DPROGRAM=$<TARGET_FILE:seeded_bugs_${variant}>
    -DBUG=${bug} -DREPORT=${report} -P ${CMAKE_CURRENT_SOURCE_DIR}/expect_report.cmake)
  set_tests_properties(${name} PROPERTIES TIMEOUT 120 ENVIRONMENT "${environment}")
endfunction()

foreach(entry ${seeded_bugs})
  string(REGEX MATCH "^([a-z]+)\\|([a-z_]+)\\|(.*)$" matched "${entry}")
  set(schedule fifo)
  if(CMAKE_MATCH_1 STREQUAL "lazy")
    set(schedule random:1)
  elseif(CMAKE_MATCH_1 STREQUAL "early")
    set(schedule lifo)
  endif()
  simt_seeded(${CMAKE_MATCH_1} ${CMAKE_MATCH_2} "${CMAKE_MATCH_3}" ${schedule})
endforeach()
# The same code without a bug: no mode may report anything.
foreach(mode plain lazy address thread)
  foreach(schedule fifo lifo random:1 random:2)
    simt_seeded(${mode} none "" ${schedule})
  endforeach()
endforeach()
