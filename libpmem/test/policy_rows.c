/*
 * policy_rows.c: the library's tables of rows, with the test's header
 */
#define PMEM_TUNED_HEADER "test/policy_rows.h"
#include "rows.c"
