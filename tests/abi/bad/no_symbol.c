/* A library like any other. */
int no_symbol(void);

__attribute__((visibility("default"))) int no_symbol(void)
{
    return 1;
}
