#include <errno.h>

#include "store/store_impl.h"

static enum err
of_lmdb(int rc)
{
	switch (rc) {
	case MDB_NOTFOUND:
		return ERR_NOT_FOUND;
	case MDB_KEYEXIST:
		return ERR_EXISTS;
	case MDB_MAP_FULL:
		return ERR_MAP_FULL;
	case MDB_READERS_FULL:
	case MDB_MAP_RESIZED:
		return ERR_BUSY;
	case MDB_CORRUPTED:
	case MDB_PAGE_NOTFOUND:
	case MDB_INVALID:
	case MDB_VERSION_MISMATCH:
	case MDB_INCOMPATIBLE:
	case MDB_PAGE_FULL:
	case MDB_CURSOR_FULL:
		return ERR_CORRUPT;
	case MDB_BAD_VALSIZE:
		return ERR_TOO_LONG;
	default:
		return ERR_INTERNAL;
	}
}

enum err
store_error(int rc)
{
	switch (rc) {
	case MDB_SUCCESS:
		return ERR_OK;
	case ENOSPC:
	case EDQUOT:
	case EFBIG:
		return ERR_DISK_FULL;
	case EACCES:
	case EPERM:
	case EROFS:
		return ERR_PERMISSION;
	case ENOMEM:
		return ERR_NOMEM;
	case ENOENT:
		return ERR_NOT_FOUND;
	default:
		break;
	}
	if (rc < 0 && rc != MDB_PANIC)
		return of_lmdb(rc);
	errno = rc < 0 ? EIO : rc;
	return ERR_IO;
}
