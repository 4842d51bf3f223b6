/* Its gyre_module has a member that we do not know, and uses it. */
#define ID "metric.module_tail"
#include "../plain_component.h"

struct later {
    gyre_module known;
    const void *more;
};

static const gyre_component *const components[] = {&plain, NULL};
extern const struct later later __asm__("gyre_module_1") __attribute__((visibility("default")));

const struct later later = {.known = {.size = sizeof(later),
                                      .id = "org.example.abi",
                                      .version = "1.0.0",
                                      .license = "CC0-1.0",
                                      .components = components},
                            .more = &plain};
