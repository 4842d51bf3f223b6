/* The symbol is there, but it is no data. */
int function_symbol(void) __asm__("gyre_module_1") __attribute__((visibility("default")));

int function_symbol(void)
{
    return 1;
}
