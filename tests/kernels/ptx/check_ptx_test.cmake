# cmake -DFOLDER=… -P check_ptx_test.cmake: check_ptx.cmake refuses each of these instructions and
# takes the others. A | stands between the instructions of one entry.
set(bad
  "fma.rn.f32 %f4, %f1, %f2, %f3" "mad.rn.f64 %d4, %d1, %d2, %d3" "fma.rn.bf16x2 %r4, %r1, %r2, %r3"
  "add.f32 %f3, %f1, %f2" "sub.f64 %d3, %d1, %d2" "mul.f32 %f3, %f1, %f2" "add.sat.f32 %f3, %f1, %f2"
  "mul.rz.f32 %f3, %f1, %f2" "div.rp.f64 %d3, %d1, %d2" "add.rn.ftz.f32 %f3, %f1, %f2"
  "div.approx.f32 %f3, %f1, %f2" "div.full.f32 %f3, %f1, %f2" "sqrt.approx.ftz.f32 %f2, %f1"
  "rsqrt.approx.f32 %f2, %f1" "rcp.approx.f32 %f2, %f1" "ex2.approx.ftz.f32 %f2, %f1"
  "@%p1 fma.rn.f32 %f4, %f1, %f2, %f3")
set(good
  "add.rn.f32 %f3, %f1, %f2" "sub.rn.f64 %d3, %d1, %d2" "mul.rn.f32 %f3, %f1, %f2"
  "div.rn.f32 %f3, %f1, %f2" "sqrt.rn.f32 %f2, %f1" "max.f32 %f3, %f1, %f2" "neg.f32 %f2, %f1"
  "mad.lo.s32 %r4, %r1, %r2, %r3" "add.s64 %rd3, %rd1, %rd2" "cvt.rn.f32.s32 %f1, %r1"
  "setp.lt.f32 %p1, %f1, %f2" "ld.global.f32 %f1, [%rd1]" "selp.f32 %f1, %f2, %f3, %p1"
  "mov.b32 %f1, %r1|\trcp.approx.f32 %f2, %f1|\tmov.b32 %r2, %f2")

function(expect accepted instruction)
  string(REPLACE "|" ";\n" instruction "${instruction}")
  file(WRITE ${FOLDER}/one.ptx
    ".version 9.0\n.target sm_90\n.visible .entry kernel()\n{\n\t${instruction};\n\tret;\n}\n")
  execute_process(COMMAND ${CMAKE_COMMAND} -DPTX=${FOLDER}/one.ptx
    -P ${CMAKE_CURRENT_LIST_DIR}/check_ptx.cmake
    RESULT_VARIABLE result OUTPUT_QUIET ERROR_VARIABLE error)
  if(accepted AND NOT result EQUAL 0)
    message(SEND_ERROR "refused: ${instruction}\n${error}")
  elseif(NOT accepted AND (result EQUAL 0 OR NOT error MATCHES "not rounded as written"))
    message(SEND_ERROR "not refused: ${instruction}")
  endif()
endfunction()

foreach(instruction ${bad})
  expect(FALSE "${instruction}")
endforeach()
foreach(instruction ${good})
  expect(TRUE "${instruction}")
endforeach()
file(WRITE ${FOLDER}/none.ptx "")
execute_process(COMMAND ${CMAKE_COMMAND} -DPTX=${FOLDER}/none.ptx
  -P ${CMAKE_CURRENT_LIST_DIR}/check_ptx.cmake RESULT_VARIABLE result OUTPUT_QUIET ERROR_QUIET)
if(result EQUAL 0)
  message(SEND_ERROR "took a file without a kernel")
endif()
