/*
 * abi.c: the interface that programs were compiled against: each function's
 * signature, each constant
 *
 * Compiled, never run: abi_test.sh. Written out once more, not derived from the
 * header.
 */
#include <libpmem.h>

#define SIGNATURE(function, ...) \
	_Static_assert(__builtin_types_compatible_p( \
			       __typeof__(function), __VA_ARGS__), \
		#function)
#define VALUE(constant, value) _Static_assert((constant) == (value), #constant)

SIGNATURE(pmem_check_version, const char *(unsigned, unsigned));
SIGNATURE(pmem_deep_drain, int(const void *, size_t));
SIGNATURE(pmem_deep_flush, void(const void *, size_t));
SIGNATURE(pmem_deep_persist, int(const void *, size_t));
SIGNATURE(pmem_drain, void(void));
SIGNATURE(pmem_errormsg, const char *(void));
SIGNATURE(pmem_flush, void(const void *, size_t));
SIGNATURE(pmem_has_auto_flush, int(void));
SIGNATURE(pmem_has_hw_drain, int(void));
SIGNATURE(pmem_is_pmem, int(const void *, size_t));
SIGNATURE(pmem_map_file,
	void *(const char *, size_t, int, mode_t, size_t *, int *));
SIGNATURE(pmem_memcpy, void *(void *, const void *, size_t, unsigned));
SIGNATURE(pmem_memcpy_nodrain, void *(void *, const void *, size_t));
SIGNATURE(pmem_memcpy_persist, void *(void *, const void *, size_t));
SIGNATURE(pmem_memmove, void *(void *, const void *, size_t, unsigned));
SIGNATURE(pmem_memmove_nodrain, void *(void *, const void *, size_t));
SIGNATURE(pmem_memmove_persist, void *(void *, const void *, size_t));
SIGNATURE(pmem_memset, void *(void *, int, size_t, unsigned));
SIGNATURE(pmem_memset_nodrain, void *(void *, int, size_t));
SIGNATURE(pmem_memset_persist, void *(void *, int, size_t));
SIGNATURE(pmem_msync, int(const void *, size_t));
SIGNATURE(pmem_persist, void(const void *, size_t));
SIGNATURE(pmem_unmap, int(void *, size_t));

VALUE(PMEM_MAJOR_VERSION, 1);
VALUE(PMEM_MINOR_VERSION, 1);
VALUE(PMEM_MIN_PART, 2097152);
VALUE(PMEM_FILE_CREATE, 1);
VALUE(PMEM_FILE_EXCL, 2);
VALUE(PMEM_FILE_SPARSE, 4);
VALUE(PMEM_FILE_TMPFILE, 8);
VALUE(PMEM_F_MEM_NODRAIN, 1);
VALUE(PMEM_F_MEM_NONTEMPORAL, 2);
VALUE(PMEM_F_MEM_TEMPORAL, 4);
VALUE(PMEM_F_MEM_WC, 8);
VALUE(PMEM_F_MEM_WB, 16);
VALUE(PMEM_F_MEM_NOFLUSH, 32);
VALUE(PMEM_F_MEM_VALID_FLAGS, 63);
