# SPDX-License-Identifier: Apache-2.0
# Flags for the whole tree: language, warnings, sanitizers, hardening, and where things are put.
set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS ON) # gnu11
set(CMAKE_CXX_STANDARD 17) # only in the files that touch DCMTK
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON) # static libraries end up in plugins too

add_compile_definitions(_GNU_SOURCE)
add_compile_options(-Wall -Wextra -Wshadow)
add_compile_options($<$<COMPILE_LANGUAGE:C>:-Wconversion> $<$<COMPILE_LANGUAGE:C>:-Wstrict-prototypes>)

if(MRQART_SANITIZE)
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
endif()

if(MRQART_HARDEN)
  include(CheckPIESupported)
  check_pie_supported()
  add_compile_options(-fstack-protector-strong -D_FORTIFY_SOURCE=2)
  add_link_options(LINKER:-z,relro,-z,now)
endif()

# the build tree has the shape of an installed one, so that all runs from it without installing
set(MRQART_PLUGIN_DIR ${CMAKE_INSTALL_LIBDIR}/mrqart)
set(MRQART_LIBEXEC_DIR ${CMAKE_INSTALL_LIBEXECDIR}/mrqart)
set(MRQART_DATA_DIR ${CMAKE_INSTALL_DATADIR}/mrqart)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/${CMAKE_INSTALL_BINDIR})
