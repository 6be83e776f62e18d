# Parsers under libFuzzer, which only clang has: built by clang whatever
# compiles the rest, with the sources they test instrumented, and only when
# their tests run (the fixture fuzz_build).
find_program(CLANG clang)
if(CLANG)
	# Clang answers with a path if it has the file, else with the name.
	execute_process(COMMAND ${CLANG}
		-print-file-name=libclang_rt.fuzzer-x86_64.a
		OUTPUT_VARIABLE fuzzer OUTPUT_STRIP_TRAILING_WHITESPACE)
endif()
add_custom_target(fuzz_programs)
set(fuzz_compile ${CLANG} -D_GNU_SOURCE -std=gnu11 -g -O1
	-I${PROJECT_SOURCE_DIR}/libpmem -I${PROJECT_SOURCE_DIR}/libpmem/include)
set(fuzz_run ${CMAKE_CURRENT_LIST_DIR}/fuzz.sh)

add_test(NAME fuzz_build COMMAND
	${CMAKE_COMMAND} --build ${CMAKE_BINARY_DIR} --target fuzz_programs)
set_tests_properties(fuzz_build PROPERTIES FIXTURES_SETUP fuzz LABELS fuzz)

# fuzz_program(NAME FILE... [OPTION...]): a program of these sources; files are
# relative to the current folder
function(fuzz_program name)
	set(files ${ARGN})
	list(FILTER files EXCLUDE REGEX "^-")
	set(options ${ARGN})
	list(FILTER options INCLUDE REGEX "^-")
	if(NOT EXISTS "${fuzzer}")
		return()
	endif()
	add_custom_command(OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/${name}
		COMMAND ${fuzz_compile} -fsanitize=fuzzer,address,undefined
		-fno-sanitize-recover=all ${options}
		-o ${CMAKE_CURRENT_BINARY_DIR}/${name} ${files} -lm
		DEPENDS ${files} WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR}
		VERBATIM)
	add_custom_target(build_${name} DEPENDS ${CMAKE_CURRENT_BINARY_DIR}/${name})
	add_dependencies(fuzz_programs build_${name})
endfunction()

# fuzz_library(OBJECT): libpmem.o in the current binary folder, the whole
# library and not instrumented, for parsers that take words and kernels from it
function(fuzz_library object)
	get_target_property(sources pmem_objects SOURCES)
	list(TRANSFORM sources PREPEND ${PROJECT_SOURCE_DIR}/libpmem/)
	set(${object} ${CMAKE_CURRENT_BINARY_DIR}/libpmem.o PARENT_SCOPE)
	add_custom_command(OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/libpmem.o
		COMMAND ${fuzz_compile} -DNDEBUG -r -nostdlib
		-o ${CMAKE_CURRENT_BINARY_DIR}/libpmem.o ${sources}
		DEPENDS ${sources} VERBATIM)
endfunction()

# fuzz_test(NAME PROGRAM [ARGUMENT...]): the test NAME_fuzz, from seeds/NAME
function(fuzz_test name program)
	add_test(NAME ${name}_fuzz COMMAND ${fuzz_run}
		${CMAKE_CURRENT_SOURCE_DIR}/seeds/${name}
		${CMAKE_CURRENT_BINARY_DIR}/${program} ${ARGN})
	set_tests_properties(${name}_fuzz PROPERTIES FIXTURES_REQUIRED fuzz
		SKIP_RETURN_CODE 77 LABELS fuzz)
endfunction()
