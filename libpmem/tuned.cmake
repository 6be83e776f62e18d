# The rows that the library is built with: the defaults, those of one generated
# header, or those of every platform that a registry of runs holds. Sets
# tuned_header to the file, or to nothing.

set(tuned_header "")

# registry_emit(REGISTRY HEADER): pmem-tune, built beforehand in a place of its
# own since the library it links to waits for this header, emits HEADER from the
# newest run of each platform, REGISTRY/PLATFORM/TIME.
function(registry_emit registry header)
	file(GLOB platforms LIST_DIRECTORIES true ${registry}/*)
	set(newest "")
	foreach(platform IN LISTS platforms)
		file(GLOB runs ${platform}/*Z*/decisions.tsv)
		if(runs)
			list(SORT runs ORDER DESCENDING)
			list(GET runs 0 run)
			list(APPEND newest ${run})
		endif()
	endforeach()
	if(NOT newest)
		message(FATAL_ERROR
			"PMEM_TUNED_REGISTRY: no PLATFORM/TIME/decisions.tsv: ${registry}")
	endif()
	set_property(DIRECTORY ${PROJECT_SOURCE_DIR} APPEND PROPERTY
		CMAKE_CONFIGURE_DEPENDS ${registry} ${platforms} ${newest})

	set(tools ${CMAKE_BINARY_DIR}/registry)
	message(STATUS "Building pmem-tune, to emit the registry's header")
	foreach(command
			"-S;${PROJECT_SOURCE_DIR};-B;${tools};-G;${CMAKE_GENERATOR};-DBUILD_TESTING=OFF;-DCMAKE_C_COMPILER=${CMAKE_C_COMPILER};-DCMAKE_CXX_COMPILER=${CMAKE_CXX_COMPILER}"
			"--build;${tools};--target;pmem-tune")
		execute_process(COMMAND ${CMAKE_COMMAND} ${command}
			RESULT_VARIABLE status OUTPUT_VARIABLE output
			ERROR_VARIABLE output)
		if(NOT status EQUAL 0)
			message(FATAL_ERROR
				"PMEM_TUNED_REGISTRY: pmem-tune does not build:\n${output}")
		endif()
	endforeach()
	execute_process(
		COMMAND ${tools}/tune/pmem-tune emit ${newest} --out ${header}
		RESULT_VARIABLE status ERROR_VARIABLE error
		ERROR_STRIP_TRAILING_WHITESPACE)
	if(NOT status EQUAL 0)
		message(FATAL_ERROR "PMEM_TUNED_REGISTRY: ${error}")
	endif()
endfunction()

# cpuinfo_get(KEY VARIABLE): of this machine's first CPU
function(cpuinfo_get key variable)
	file(STRINGS /proc/cpuinfo lines REGEX "^${key}[\t ]*:" LIMIT_COUNT 1)
	string(REGEX REPLACE "^[^:]*: *" "" value "${lines}")
	set(${variable} "${value}" PARENT_SCOPE)
endfunction()

# A header of other machines is right for a package that is built for them, and
# a surprise where it was meant for this one. pmem-bench list --lib tells it of
# a library at any time.
function(header_compare header)
	if(NOT EXISTS /proc/cpuinfo)
		return()
	endif()
	cpuinfo_get(vendor_id vendor)
	cpuinfo_get("cpu family" family)
	cpuinfo_get(model model)
	set(here "\"${vendor}\", ${family}, ${model},")
	file(STRINGS ${header} cpus REGEX "^\tCPU\\(")
	string(FIND "${cpus}" "${here}" found)
	if(found EQUAL -1)
		message(WARNING "tuned header without this machine's CPU (${vendor} "
			"family ${family} model ${model}), which gets the rows of the "
			"nearest model of its family or the defaults: ${header}")
	endif()
endfunction()

if(PMEM_TUNED_HEADER AND PMEM_TUNED_REGISTRY)
	message(FATAL_ERROR
		"PMEM_TUNED_HEADER and PMEM_TUNED_REGISTRY: give one of them")
elseif(PMEM_TUNED_HEADER)
	get_filename_component(tuned_header ${PMEM_TUNED_HEADER} ABSOLUTE
		BASE_DIR ${CMAKE_BINARY_DIR})
	if(NOT EXISTS ${tuned_header})
		message(FATAL_ERROR
			"PMEM_TUNED_HEADER: no such file: ${tuned_header}")
	endif()
elseif(PMEM_TUNED_REGISTRY)
	get_filename_component(registry ${PMEM_TUNED_REGISTRY} ABSOLUTE
		BASE_DIR ${PROJECT_SOURCE_DIR})
	set(tuned_header ${CMAKE_BINARY_DIR}/pmem_tuned.h)
	registry_emit(${registry} ${tuned_header})
endif()
if(tuned_header)
	header_compare(${tuned_header})
endif()
