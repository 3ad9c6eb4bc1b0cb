# cmake -D BUILD=… -D FIRST=… -D PREFIX=… -P install_tree.cmake: installs a build into FIRST, moves it
# to PREFIX, and looks at what is there.
file(REMOVE_RECURSE ${FIRST} ${PREFIX})
execute_process(COMMAND ${CMAKE_COMMAND} --install ${BUILD} --prefix ${FIRST} --strip
  OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
file(RENAME ${FIRST} ${PREFIX})

file(GLOB_RECURSE files RELATIVE ${PREFIX} ${PREFIX}/*)
foreach(file ${files})
  if(NOT file MATCHES "^(bin/fedmrn|include/fedmrn/[a-z0-9_]+\\.hp?p?|share/.*)$" AND
     NOT file MATCHES "^include/fedmrn-parts/(engine/(base|message|method|stage)|kernels(/formula)?)/[a-z0-9_]+\\.hpp$" AND
     NOT file MATCHES "^lib[^ ]*/(libfedmrn(_mpi)?\\.(a|so.*)|pkgconfig/fedmrn\\.pc|cmake/fedmrn/[^/]+\\.cmake)$")
    message(SEND_ERROR "installed, though nobody asked for it: ${file}")
  endif()
  if(file MATCHES "\\.(cmake|pc)$")
    file(READ ${PREFIX}/${file} text)
    foreach(place ${FIRST} ${BUILD})
      string(FIND "${text}" "${place}" at)
      if(NOT at EQUAL -1)
        message(SEND_ERROR "${file} names ${place}, so the tree cannot be moved")
      endif()
    endforeach()
  endif()
endforeach()
execute_process(COMMAND ${PREFIX}/bin/fedmrn --version COMMAND_ERROR_IS_FATAL ANY)
