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

# cqhttp_layer(NAME SOURCES a.cpp ... LINK targets ...): a static, internal library.
function(cqhttp_layer name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LINK;LINK_PRIVATE")
  add_library(${name} STATIC ${arg_SOURCES})
  target_link_libraries(${name} PUBLIC cqhttp_options ${arg_LINK} PRIVATE ${arg_LINK_PRIVATE})
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
  catch_discover_tests(${name} PROPERTIES LABELS ${arg_LABEL} TIMEOUT ${arg_TIMEOUT})
endfunction()
