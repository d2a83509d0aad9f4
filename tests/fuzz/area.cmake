# SPDX-License-Identifier: Apache-2.0
# Fuzz targets: code that bytes from outside reach, run on broken inputs for some seconds.
#
# mrq_fuzz(NAME SOURCES FILE... [LIBS LIBRARY...] [INCLUDES FOLDER...])
#
#   NAME      the tests are fuzz-NAME and so on; the folder seeds/NAME beside the calling
#             CMakeLists.txt holds the inputs to begin with, at least one
#   SOURCES   the target's file, which defines
#               int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
#             and all files of ours that it needs: they are compiled again, with sanitizers
#             (data is exactly size bytes on the heap: reading past them is found)
#   LIBS      as the linker calls them: jansson, wslay, event_core, m
#   INCLUDES  beside core/include, lib and the source tree's root
#
# Under #ifdef PLANTED_FAULT one of SOURCES has a fault, such as a length that is not checked. The
# tests, all with the label fuzz:
#
#   fuzz-NAME                 all seeds, then mutations of them for 10 seconds
#   fuzz-NAME-planted         the planted fault is found (libFuzzer: within 10 minutes)
#   fuzz-NAME-clang           the same two with libFuzzer, where clang-14 and its runtime are, if
#                             all SOURCES are C
#   fuzz-NAME-clang-planted
#
# By hand: build/dev/tests/fuzz/fuzz-NAME SECONDS SEEDS, or fuzz-NAME-clang SEEDS.

set(fuzz_folder ${CMAKE_CURRENT_LIST_DIR})
set(fuzz_seconds 10)
set(fuzz_flags -g -O1 -fsanitize=address,undefined -fno-sanitize-recover=all
  -fno-omit-frame-pointer)

# can clang make libFuzzer programs here? (libclang-rt-14-dev has the runtime)
find_program(FUZZ_CLANG NAMES clang-14)
if(FUZZ_CLANG AND NOT DEFINED FUZZ_CLANG_WORKS)
  set(probe ${CMAKE_BINARY_DIR}/CMakeFiles/fuzz_probe)
  file(WRITE ${probe}.c
    "int LLVMFuzzerTestOneInput(const char *d, unsigned long n) { return d && n > 9 ? 0 : 0; }\n")
  execute_process(COMMAND ${FUZZ_CLANG} -fsanitize=fuzzer,address ${probe}.c -o ${probe}
    RESULT_VARIABLE failed OUTPUT_QUIET ERROR_QUIET)
  if(failed)
    message(STATUS "no libFuzzer: libclang-rt-14-dev is missing")
    set(FUZZ_CLANG_WORKS OFF CACHE INTERNAL "clang makes libFuzzer programs")
  else()
    set(FUZZ_CLANG_WORKS ON CACHE INTERNAL "clang makes libFuzzer programs")
  endif()
endif()

function(fuzz_test name)
  add_test(NAME ${name} COMMAND ${ARGN})
  set_tests_properties(${name} PROPERTIES LABELS fuzz TIMEOUT 900
    ENVIRONMENT "ASAN_OPTIONS=detect_leaks=1;UBSAN_OPTIONS=print_stacktrace=1")
endfunction()

# the plain program: mutations by fuzz_main.c, any compiler
function(fuzz_plain name definition)
  cmake_parse_arguments(PARSE_ARGV 2 arg "" "" "SOURCES;LIBS;INCLUDES")
  add_executable(${name} ${arg_SOURCES} ${fuzz_folder}/fuzz_main.c)
  target_compile_options(${name} PRIVATE ${fuzz_flags})
  target_link_options(${name} PRIVATE ${fuzz_flags})
  target_compile_definitions(${name} PRIVATE ${definition})
  target_include_directories(${name} PRIVATE ${arg_INCLUDES})
  target_link_libraries(${name} PRIVATE ${arg_LIBS})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests/fuzz)
endfunction()

# the libFuzzer program, by a compiler that is not the project's
function(fuzz_clang name definition)
  cmake_parse_arguments(PARSE_ARGV 2 arg "" "" "SOURCES;LIBS;INCLUDES")
  set(program ${CMAKE_BINARY_DIR}/tests/fuzz/${name})
  list(TRANSFORM arg_INCLUDES PREPEND -I)
  list(TRANSFORM arg_LIBS PREPEND -l)
  add_custom_command(OUTPUT ${program}
    COMMAND ${FUZZ_CLANG} -std=gnu11 -D_GNU_SOURCE -D${definition} ${fuzz_flags} -fsanitize=fuzzer
            ${arg_INCLUDES} ${arg_SOURCES} -o ${program} ${arg_LIBS}
    DEPENDS ${arg_SOURCES}
    COMMENT "libFuzzer program ${name}" VERBATIM COMMAND_EXPAND_LISTS)
  add_custom_target(${name} ALL DEPENDS ${program})
endfunction()

function(mrq_fuzz name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LIBS;INCLUDES")
  set(seeds ${CMAKE_CURRENT_SOURCE_DIR}/seeds/${name})
  set(work ${CMAKE_BINARY_DIR}/tests/fuzz/${name})
  list(TRANSFORM arg_SOURCES PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/ REGEX "^[^/]")
  set(all SOURCES ${arg_SOURCES} LIBS ${arg_LIBS} INCLUDES ${CMAKE_SOURCE_DIR}
    ${CMAKE_SOURCE_DIR}/lib ${CMAKE_SOURCE_DIR}/core/include ${arg_INCLUDES})

  fuzz_plain(fuzz-${name} SOUND ${all})
  fuzz_plain(fuzz-${name}-planted PLANTED_FAULT ${all})
  fuzz_test(fuzz-${name} fuzz-${name} ${fuzz_seconds} ${seeds})
  fuzz_test(fuzz-${name}-planted fuzz-${name}-planted --find 60 ${seeds})

  if(NOT FUZZ_CLANG_WORKS OR arg_SOURCES MATCHES "[.]cc")
    return()
  endif()
  file(MAKE_DIRECTORY ${work} ${work}-found) # what libFuzzer adds goes to the first folder named
  set(options -seed=1 -rss_limit_mb=1024 -artifact_prefix=${work}/ -print_final_stats=1)
  fuzz_clang(fuzz-${name}-clang SOUND ${all})
  fuzz_clang(fuzz-${name}-clang-planted PLANTED_FAULT ${all})
  fuzz_test(fuzz-${name}-clang ${CMAKE_BINARY_DIR}/tests/fuzz/fuzz-${name}-clang
    -max_total_time=${fuzz_seconds} ${options} ${work} ${seeds})
  # the report is looked for and not shown, since it would look like a fault of ours
  fuzz_test(fuzz-${name}-clang-planted sh -c "\"$@\" 2>&1 | grep -qa ^SUMMARY:" sh
    ${CMAKE_BINARY_DIR}/tests/fuzz/fuzz-${name}-clang-planted
    -max_total_time=600 ${options} ${work}-found ${seeds})
endfunction()
