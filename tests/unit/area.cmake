# SPDX-License-Identifier: Apache-2.0
# small, well-kept mocking-free unit test library; SKIP is exit code 77
pkg_check_modules(cmocka REQUIRED IMPORTED_TARGET cmocka)

# mrq_unit_test(NAME FILE... [LIBS TARGET...]): the test unit-NAME
function(mrq_unit_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "LIBS")
  add_executable(unit-${name} ${arg_UNPARSED_ARGUMENTS})
  target_link_libraries(unit-${name} PRIVATE PkgConfig::cmocka ${arg_LIBS})
  set_target_properties(unit-${name} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests/unit)
  add_test(NAME unit-${name} COMMAND unit-${name})
  set_tests_properties(unit-${name} PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 120 LABELS unit)
endfunction()
