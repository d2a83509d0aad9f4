# SPDX-License-Identifier: Apache-2.0
# The form of the source: clang-format and cppcheck find nothing.
find_program(CLANG_FORMAT NAMES clang-format-14 clang-format)
find_program(CPPCHECK cppcheck)
file(GLOB_RECURSE sources CONFIGURE_DEPENDS
  ${CMAKE_SOURCE_DIR}/core/*.[ch] ${CMAKE_SOURCE_DIR}/lib/*.[ch] ${CMAKE_SOURCE_DIR}/lib/*.cc
  ${CMAKE_SOURCE_DIR}/worker/*.[ch] ${CMAKE_SOURCE_DIR}/cli/*.[ch] ${CMAKE_SOURCE_DIR}/cli/*.cc
  ${CMAKE_SOURCE_DIR}/plugins/*.[ch] ${CMAKE_SOURCE_DIR}/tests/*.[ch])
if(CLANG_FORMAT)
  add_test(NAME form-clang-format COMMAND ${CLANG_FORMAT} --dry-run --Werror ${sources})
endif()
if(CPPCHECK)
  add_test(NAME form-cppcheck COMMAND ${CPPCHECK} --std=c11 --language=c --quiet -j 2
    --error-exitcode=1 --enable=warning,performance,portability --inline-suppr
    --suppress=missingIncludeSystem --file-filter=*.c
    --include=/usr/include/${CMAKE_C_LIBRARY_ARCHITECTURE}/sys/queue.h # its loops, or all looks uninitialised
    -I ${CMAKE_SOURCE_DIR}/core/include -I ${CMAKE_SOURCE_DIR}/lib -I ${CMAKE_SOURCE_DIR}/worker
    ${CMAKE_SOURCE_DIR}/core ${CMAKE_SOURCE_DIR}/lib ${CMAKE_SOURCE_DIR}/worker
    ${CMAKE_SOURCE_DIR}/cli ${CMAKE_SOURCE_DIR}/plugins)
endif()
