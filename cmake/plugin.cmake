# SPDX-License-Identifier: Apache-2.0
# mrq_plugin(NAME FILE... [LIBS TARGET...]): NAME.so, which exports mrq_plugin and nothing else,
# and its first test: its table can be dumped.
function(mrq_plugin name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "LIBS")
  add_library(${name} MODULE ${arg_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PRIVATE mrqart_plugin ${arg_LIBS})
  target_link_options(${name} PRIVATE LINKER:-z,defs LINKER:--exclude-libs,ALL)
  set_target_properties(${name} PROPERTIES
    PREFIX ""
    C_VISIBILITY_PRESET hidden
    LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/${MRQART_PLUGIN_DIR})
  install(TARGETS ${name} LIBRARY DESTINATION ${MRQART_PLUGIN_DIR})
  if(BUILD_TESTING)
    add_test(NAME dump-${name} COMMAND mrqartd --dump-plugin $<TARGET_FILE:${name}>)
  endif()
endfunction()
