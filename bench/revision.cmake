# Writes OUTPUT from revision.h.in at every build, touching it only on change.
execute_process(
	COMMAND git -C ${SOURCE} describe --always --dirty --abbrev=12
		--exclude=*
	OUTPUT_VARIABLE revision OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET
	RESULT_VARIABLE result)
if(NOT result EQUAL 0)
	set(revision "unknown: not built from a git checkout")
endif()
configure_file(${SOURCE}/bench/revision.h.in ${OUTPUT} @ONLY)
