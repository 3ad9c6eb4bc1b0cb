# cmake -DPROGRAM=… -DBUG=… -DREPORT=regex -P expect_report.cmake: the bug must be reported, and by
# what it is. An empty REPORT says that nothing may be reported.
execute_process(COMMAND ${PROGRAM} ${BUG} RESULT_VARIABLE result OUTPUT_VARIABLE output
  ERROR_VARIABLE output TIMEOUT 100)
message("${output}\nended with: ${result}")
if(REPORT STREQUAL "")
  if(NOT result STREQUAL "0")
    message(FATAL_ERROR "${BUG}: something was reported")
  endif()
elseif(result STREQUAL "0" OR result STREQUAL "64")
  message(FATAL_ERROR "${BUG}: nothing was reported")
elseif(NOT output MATCHES "${REPORT}")
  message(FATAL_ERROR "${BUG}: reported, but not as \"${REPORT}\"")
endif()
