/* A module of a gyre to come, whose contract broke with this one. */
extern const int newer __asm__("gyre_module_2") __attribute__((visibility("default")));

const int newer = 1;
