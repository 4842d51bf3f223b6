#include "cli/version.h"

#include <jansson.h>
#include <sqlite3.h>
#include <xxhash.h>

#include "gyre/component.h"
#include "gyre/version.h"
#include "world/kernel.h"

void version_print(FILE *out)
{
    fprintf(out, "gyre %s, component contract %d.%d, vector code %s\n", GYRE_VERSION,
            GYRE_ABI_MAJOR, GYRE_ABI_MINOR, kernel_get()->name);
    fprintf(out, "sqlite %s, jansson %s, xxhash %u\n", sqlite3_libversion(), jansson_version_str(),
            XXH_versionNumber());
}
