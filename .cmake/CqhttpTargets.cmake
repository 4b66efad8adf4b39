# Helpers that keep every layer's CMakeLists.txt to a list of its files.

add_library(cqhttp_options INTERFACE)
target_compile_features(cqhttp_options INTERFACE cxx_std_20)
target_include_directories(cqhttp_options INTERFACE ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR}/generated)
target_compile_options(cqhttp_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor
  $<$<BOOL:${CQHTTP_WERROR}>:-Werror>
  # g++ 12 raises these without a fault of ours: the first two in Asio's coroutine templates, the
  # last on "literal" + std::string.
  $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized -Wno-mismatched-new-delete -Wno-restrict>)
target_compile_definitions(cqhttp_options INTERFACE
  BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION
  BOOST_ASIO_DISABLE_VISIBILITY)

# Headers that most files include are parsed once, not once per file. Presets that check rather than
# develop do so: files that forget an include would build with them, so `dev` and `release` do not.
# Only with g++: clang writes the folder of the build into what it precompiled, so that ccache, which
# serves every clone, would hand out headers of a folder that is gone.
function(cqhttp_precompiled name)
  if(NOT CQHTTP_PCH)
    return()
  endif()
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    message(FATAL_ERROR "CQHTTP_PCH is for g++ only")
  endif()
  set(source ${PROJECT_BINARY_DIR}/generated/${name}.cpp)
  file(CONFIGURE OUTPUT ${source} CONTENT "// Owns precompiled headers.\n")
  add_library(${name} OBJECT ${source})
  target_link_libraries(${name} PRIVATE cqhttp_options fmt::fmt)
  target_precompile_headers(${name} PRIVATE ${ARGN})
endfunction()

set(cqhttp_common_headers
  <algorithm> <array> <chrono> <cstdint> <filesystem> <fstream> <functional> <map> <memory> <optional>
  <set> <span> <sstream> <stdexcept> <string> <string_view> <utility> <variant> <vector>
  <boost/asio/any_io_executor.hpp> <boost/asio/as_tuple.hpp> <boost/asio/awaitable.hpp>
  <boost/asio/co_spawn.hpp> <boost/asio/deferred.hpp> <boost/asio/io_context.hpp>
  <boost/asio/ip/tcp.hpp> <boost/asio/ssl.hpp> <boost/asio/steady_timer.hpp>
  <boost/asio/use_awaitable.hpp> <boost/asio/write.hpp> <boost/system/result.hpp>
  <fmt/format.h> <nlohmann/json.hpp>)
cqhttp_precompiled(cqhttp_precompiled_code ${cqhttp_common_headers})
cqhttp_precompiled(cqhttp_precompiled_tests ${cqhttp_common_headers} <catch2/catch.hpp>)
if(CQHTTP_PCH)
  target_compile_options(cqhttp_precompiled_tests PRIVATE ${CQHTTP_TEST_FLAGS})
endif()

function(cqhttp_reuse_precompiled target owner)
  if(CQHTTP_PCH)
    target_precompile_headers(${target} REUSE_FROM ${owner})
    target_link_libraries(${target} PRIVATE cqhttp_asio)  # what those headers refer to
  endif()
endfunction()

# cqhttp_layer(NAME SOURCES a.cpp ... LINK targets ... [NO_PRECOMPILED]): a static, internal library.
function(cqhttp_layer name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "NO_PRECOMPILED" "" "SOURCES;LINK;LINK_PRIVATE")
  add_library(${name} STATIC ${arg_SOURCES})
  target_link_libraries(${name} PUBLIC cqhttp_options ${arg_LINK} PRIVATE ${arg_LINK_PRIVATE})
  if(NOT arg_NO_PRECOMPILED)
    cqhttp_reuse_precompiled(${name} cqhttp_precompiled_code)
  endif()
endfunction()

# cqhttp_tests(NAME LABEL unit SOURCES a_test.cpp ... LINK targets ...): one Catch2 program, every
# test case known to CTest by its name.
function(cqhttp_tests name)
  if(NOT CQHTTP_TESTS)
    return()
  endif()
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "LABEL;TIMEOUT" "SOURCES;LINK")
  if(NOT arg_LABEL)
    set(arg_LABEL unit)
  endif()
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 300)  # for what hangs: tests have deadlines of their own
  endif()
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${arg_LINK} cqhttp_test_support Catch2::Catch2WithMain)
  cqhttp_reuse_precompiled(${name} cqhttp_precompiled_tests)
  target_compile_options(${name} PRIVATE ${CQHTTP_TEST_FLAGS})
  catch_discover_tests(${name} PROPERTIES LABELS ${arg_LABEL} TIMEOUT ${arg_TIMEOUT})
endfunction()
