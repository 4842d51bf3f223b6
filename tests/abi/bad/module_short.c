/* Its size is a forgotten constant. */
#include "gyre/component.h"

const gyre_module gyre_module_1 = {.size = 8, .id = "org.example.abi", .version = "1.0.0"};
